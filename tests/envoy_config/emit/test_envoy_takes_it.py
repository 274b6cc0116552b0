"""The pieces of Envoy configuration inside documents of meshes, each put where its control plane puts it, and what a
real Envoy says: `envoy --mode validate` on one bootstrap for all pieces of a mesh."""

import json
from typing import Any

import pytest

from envoy_config.check import validate
from envoy_config.emit.app_mesh import log_format, tracing_file
from envoy_config.emit.consul import access_log_extension, opaque_config
from envoy_config.emit.hub import CLUSTER, hub_cluster
from envoy_config.emit.istio.bootstrap_override import fragment
from envoy_config.emit.istio.labels import labels
from envoy_config.emit.istio.release import Release
from envoy_config.emit.kuma import log_attributes
from envoy_config.emit.log_filter import cel_filter
from envoy_config.emit.messages import Message, extension
from envoy_config.intent import Intent
from meshhub.errors import ConfigurationError
from meshhub.secret import Secret
from tests.envoy_config.emit.conftest import intent_of

pytestmark = pytest.mark.envoy

_LOGGER = "envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig"
_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_FORMATTER = "envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery"

RICH = """\
apiVersion: meshhub/v1
hub: {otlp: "192.0.2.1:4317", token: abc}
access_logs:
  filter: {exclude_paths: [/healthz], share_percent: 10, duration_ms: 250, cel: "request.method == 'POST'"}
  fields: {request_headers: [x-tenant], response_headers: [x-cache], query_strings: drop}
"""


def rich(mesh: str) -> Intent:
    return intent_of(f"- {{name: m, {mesh}}}\n", RICH)


def logger(values: dict[str, str], **more: Any) -> Message:
    """An OpenTelemetry access logger with these attributes."""
    attributes = [{"key": key, "value": {"string_value": text}} for key, text in values.items()]
    service = {"grpc_service": {"envoy_grpc": {"cluster_name": CLUSTER}}}
    return extension(
        "envoy.access_loggers.open_telemetry", _LOGGER, {**service, "attributes": {"values": attributes}, **more}
    )


def bootstrap(intent: Intent, loggers: list[Message], **manager: Any) -> Message:
    """One listener with a connection manager that has all of it, and a TCP proxy with the same loggers."""
    router = extension("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router")
    content = {"stat_prefix": "x", "access_log": loggers, "route_config": {}, "http_filters": [router], **manager}
    tcp = {"stat_prefix": "t", "cluster": CLUSTER, "access_log": loggers}
    chains = [
        extension("envoy.filters.network.http_connection_manager", _MANAGER, content),
        extension("envoy.filters.network.tcp_proxy", "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", tcp),
    ]
    listeners = [
        {
            "name": f"listener-{number}",
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": 15000 + number}},
            "filter_chains": [{"filters": [chain]}],
        }
        for number, chain in enumerate(chains)
    ]
    return {"static_resources": {"listeners": listeners, "clusters": [hub_cluster(intent.hub)]}}


def without_query() -> Message:
    """What istiod adds for %REQ_WITHOUT_QUERY%."""
    return {"formatters": [extension("envoy.formatter.req_without_query", _FORMATTER)]}


def filtered(one: Message, expression: str) -> Message:
    message = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    cel = extension("envoy.access_loggers.extension_filters.cel", message, {"expression": expression})
    return one | {"filter": {"extension_filter": cel}}


def test_envoy_takes_istios_labels_filters_and_bootstrap_override() -> None:
    intent = rich("kind: istio, namespaces: {include: [shop]}, stats_by: push")
    old, new = (labels(intent, Release(version)) for version in ((1, 24), (1, 31)))
    expression = cel_filter(intent.access_logs.filter)
    loggers = [filtered(logger(old, **without_query()), expression), filtered(logger(new), expression)]
    document = bootstrap(intent, loggers)
    override = fragment(intent)
    assert override["static_resources"]["clusters"] == document["static_resources"]["clusters"]
    validate({**document, "stats_sinks": override["stats_sinks"]})


@pytest.mark.parametrize("spans_by", ["otlp", "zipkin"])
def test_envoy_takes_consuls_pieces(spans_by: str) -> None:
    intent = rich(f"kind: consul, stats_by: push, spans_by: {spans_by}")
    config = opaque_config(intent, intent.meshes[0])
    pieces = {key: text.reveal() if isinstance(text, Secret) else text for key, text in config.items()}
    fields = access_log_extension(intent, "inbound")["Arguments"]["Config"]["Attributes"]
    document = bootstrap(intent, [logger(fields)], tracing=_tracing(pieces["envoy_listener_tracing_json"]))
    clusters = json.loads(f"[{pieces['envoy_extra_static_clusters_json']}]")
    assert clusters[0] == json.loads(json.dumps(hub_cluster(intent.hub)))
    document["static_resources"]["clusters"] = clusters
    validate({**document, "stats_sinks": [json.loads(str(pieces["envoy_extra_stats_sinks_json"]))]})


def _tracing(text: object) -> Message:
    content: Message = json.loads(str(text))
    assert content.pop("@type") == f"type.googleapis.com/{_MANAGER}.Tracing"
    return content


def test_envoy_takes_kumas_attributes() -> None:
    intent = rich("kind: kuma")
    # Kuma puts its own values in before Envoy sees the text.
    fields = {each["key"]: each["value"] for each in log_attributes(intent) if not each["value"].startswith("%KUMA_")}
    validate(bootstrap(intent, [logger(fields)]))


def test_envoy_takes_app_meshs_log_format_and_tracing_file() -> None:
    intent = rich("kind: aws-app-mesh")
    values = {each["key"]: each["value"] for each in log_format(intent)}
    file = {"path": "/dev/null", "log_format": {"json_format": values}}
    message = "envoy.extensions.access_loggers.file.v3.FileAccessLog"
    document = bootstrap(
        intent,
        [extension("envoy.access_loggers.file", message, file)],
        tracing={"provider": tracing_file(intent)["http"]},
    )
    zipkin = {"name": "meshhub_zipkin", "type": "STATIC", "load_assignment": {"cluster_name": "meshhub_zipkin"}}
    document["static_resources"]["clusters"].append(zipkin)
    validate(document)


def test_a_number_among_the_attributes_is_refused_which_is_why_there_is_none() -> None:
    intent = rich("kind: consul")
    bad = logger({})
    bad["typed_config"]["attributes"]["values"] = [{"key": "a", "value": {"int_value": 1}}]
    with pytest.raises(ConfigurationError, match="Only string values"):
        validate(bootstrap(intent, [bad]))


def test_a_sink_whose_cluster_is_missing_keeps_envoy_from_starting_which_is_why_it_is_in_the_override() -> None:
    intent = rich("kind: istio, namespaces: {include: [shop]}, stats_by: push")
    document = bootstrap(intent, [])
    document["static_resources"] = {}
    with pytest.raises(ConfigurationError, match="Unknown gRPC client cluster"):
        validate({**document, "stats_sinks": fragment(intent)["stats_sinks"]})
