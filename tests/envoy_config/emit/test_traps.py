"""The traps: configuration that looks right and silently does nothing, or harm. Each has a test that we stay out of it.

One test per trap; its name is the trap, its docstring what happens to those who do not know it.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from envoy_config import attributes
from envoy_config.bundle import Bundle, Document, Signal, Way
from envoy_config.emit import emit
from envoy_config.emit.consul import access_log_extension
from envoy_config.emit.kuma import KEY, log_attributes
from envoy_config.emit.text import text_of
from envoy_config.intent import Intent, MeshKind
from envoy_config.intent.data_planes import VERSIONS
from tests.envoy_config.emit.conftest import HEAD, intent_of

ISTIO_VERSIONS = VERSIONS[MeshKind.ISTIO]


def bundle(mesh: str, head: str = HEAD) -> Bundle:
    return emit(intent_of(f"- {{name: m, {mesh}}}\n", head), "m")


def objects(of: Bundle, kind: str) -> list[dict[str, Any]]:
    """The objects of a kind, as written."""
    contents = [d.content for d in (*of.documents, *of.permissions) if isinstance(d.content, dict)]
    return [content for content in contents if content.get("kind") == kind]


def mesh_config(of: Bundle) -> dict[str, Any]:
    content = next(d.content for d in of.documents if d.path == "mesh-config.yaml")
    assert isinstance(content, dict)
    found: dict[str, Any] = content["meshConfig"]
    return found


def provider(of: Bundle, name: str) -> dict[str, Any]:
    return next(each for each in mesh_config(of)["extensionProviders"] if each["name"] == name)


def collectors(of: Bundle) -> Iterator[dict[str, Any]]:
    """The configuration of every collector."""
    for secret in objects(of, "Secret"):
        for text in secret["stringData"].values():
            yield yaml.safe_load(text)


def notes(of: Bundle) -> str:
    return "\n".join(of.notes)


class TestIstio:
    def test_the_resource_of_access_logs_is_empty(self) -> None:
        """Without labels for it, nobody knows who reports: istiod switches Envoy's own labels off."""
        for version in ISTIO_VERSIONS:
            labels = provider(bundle(f"kind: istio, version: '{version}'"), "meshhub-logs")["envoyOtelAls"][
                "logFormat"
            ]["labels"]
            assert labels.keys() >= {
                "namespace",
                "workload",
                "pod",
                "cluster",
                "node_cluster",
                "response_flags",
                "direction",
            }

    def test_only_texts_survive_as_labels(self) -> None:
        """istiod turns numbers and objects into empty texts."""
        for version in ISTIO_VERSIONS:
            labels = provider(bundle(f"kind: istio, version: '{version}'"), "meshhub-logs")["envoyOtelAls"][
                "logFormat"
            ]["labels"]
            assert all(isinstance(text, str) and text for text in labels.values())

    @pytest.mark.parametrize("version", ISTIO_VERSIONS)
    def test_peers_are_objects_since_1_29_and_cel_before(self, version: str) -> None:
        """The wrong form gives "-" for every peer."""
        text = text_of(bundle(f"kind: istio, version: '{version}'").documents[0])
        new = version in ("1.29", "1.30", "1.31")
        assert ("%FILTER_STATE(downstream_peer_obj:FIELD:workload)%" in text) is new
        assert ("%CEL(filter_state.downstream_peer.workload)%" in text) is not new

    @pytest.mark.parametrize("version", ISTIO_VERSIONS)
    def test_newer_fields_are_not_sent_to_older_versions(self, version: str) -> None:
        """They are dropped without a word, or refused with the whole object."""
        made = bundle(f"kind: istio, version: '{version}'")
        zipkin = bundle(f"kind: istio, version: '{version}', spans_by: zipkin")
        number = ISTIO_VERSIONS.index(version)
        assert ("serviceAttributeEnrichment" in text_of(made.documents[0])) is (number >= ISTIO_VERSIONS.index("1.30"))
        assert ("customTags" in str(objects(made, "Telemetry"))) is (number >= ISTIO_VERSIONS.index("1.29"))
        assert ("traceContextOption" in text_of(zipkin.documents[0])) is (number >= ISTIO_VERSIONS.index("1.28"))
        assert ("propagates B3 only" in notes(zipkin)) is (number < ISTIO_VERSIONS.index("1.28"))

    def test_ports_of_the_hubs_service_say_their_protocol(self) -> None:
        """Behind a port that is not known to be gRPC, Envoy speaks HTTP/1.1, and nothing arrives."""
        ports = {port["port"]: port for port in objects(bundle("kind: istio"), "Service")[0]["spec"]["ports"]}
        assert ports[4317]["appProtocol"] == "grpc"
        assert ports[4317]["name"].startswith("grpc-")
        assert {ports[4318]["appProtocol"], ports[9411]["appProtocol"]} == {"http"}

    @pytest.mark.parametrize(
        "host", ["meshhub.observability", "meshhub.observability.svc", "meshhub.observability.svc.cluster.local"]
    )
    def test_a_provider_names_its_service_in_full(self, host: str) -> None:
        """A short name is not found in the registry, and the provider is left out."""
        made = bundle("kind: istio", f"apiVersion: meshhub/v1\nhub: {{otlp: '{host}:4317'}}\n")
        for each in mesh_config(made)["extensionProviders"]:
            (service,) = [value["service"] for value in each.values() if isinstance(value, dict)]
            assert service == "meshhub.observability.svc.cluster.local"

    @pytest.mark.parametrize(("host", "resolution"), [("hub.example.com", "DNS"), ("192.0.2.1", "STATIC")])
    def test_a_hub_outside_is_put_into_the_registry(self, host: str, resolution: str) -> None:
        """A provider whose host is not in the registry is left out."""
        made = bundle("kind: istio", f"apiVersion: meshhub/v1\nhub: {{otlp: '{host}:4317'}}\n")
        (entry,) = objects(made, "ServiceEntry")
        assert entry["spec"]["resolution"] == resolution
        assert provider(made, "meshhub-logs")["envoyOtelAls"]["service"] in entry["spec"]["hosts"]
        assert {port["number"]: port["protocol"] for port in entry["spec"]["ports"]} == {
            4317: "GRPC",
            4318: "HTTP",
            9411: "HTTP",
        }

    def test_request_ids_have_no_say_in_what_is_traced(self) -> None:
        """A client that sends a request id that is no UUID would not be traced."""
        for telemetry in objects(bundle("kind: istio, sampling: [{service: web.shop, percent: 5}]"), "Telemetry"):
            assert telemetry["spec"]["tracing"][0]["useRequestIdForTraceSampling"] is False

    def test_the_share_is_said_on_tracing_and_not_on_the_provider(self) -> None:
        """On the provider it is dropped, and one percent stays."""
        made = bundle("kind: openshift, version: '3.1', sampling_percent: 42")
        (telemetry,) = objects(made, "Telemetry")
        assert telemetry["spec"]["tracing"][0]["randomSamplingPercentage"] == 42
        assert "sampling" not in str(objects(made, "Istio")).lower()

    def test_a_narrower_telemetry_says_everything_again(self) -> None:
        """It replaces whole sections of the wider one: with sampling alone, providers would be gone."""
        wide, narrow = objects(bundle("kind: istio, sampling: [{service: web.shop, percent: 5}]"), "Telemetry")
        assert narrow["metadata"] == wide["metadata"] | {"name": "meshhub-web", "namespace": "shop"}
        assert narrow["spec"]["accessLogging"] == wide["spec"]["accessLogging"]
        assert narrow["spec"]["tracing"][0] == wide["spec"]["tracing"][0] | {"randomSamplingPercentage": 5}

    def test_there_is_one_telemetry_without_selector_per_namespace(self) -> None:
        """Of two, one counts, and nobody says which."""
        made = bundle("kind: istio, namespaces: {exclude: [shop]}, services: {exclude: [a.shop, b.shop]}")
        whole = [t["metadata"]["namespace"] for t in objects(made, "Telemetry") if "selector" not in t["spec"]]
        assert sorted(whole) == sorted(set(whole))

    def test_pushed_stats_bring_their_cluster_with_them(self) -> None:
        """A sink whose cluster comes from istiod keeps Envoy from starting."""
        made = bundle("kind: istio, stats_by: push, namespaces: {include: [shop]}")
        (config,) = objects(made, "ConfigMap")
        assert config["metadata"]["namespace"] == "shop"
        (text,) = config["data"].values()
        override = json.loads(text)
        used = override["stats_sinks"][0]["typed_config"]["grpc_service"]["envoy_grpc"]["cluster_name"]
        assert [cluster["name"] for cluster in override["static_resources"]["clusters"]] == [used]
        assert list(config["data"]) == ["custom_bootstrap.json"]

    def test_bootstrap_settings_say_what_has_to_be_restarted(self) -> None:
        """They are read at a proxy's start: a running one goes on without them."""
        made = bundle("kind: istio, stats_by: push, namespaces: {include: [shop]}")
        documents = {document.path: document for document in made.documents}
        assert documents["configmap-shop-meshhub-bootstrap.yaml"].restart
        assert documents["mesh-config.yaml"].restart
        assert not documents["telemetry-shop-meshhub.yaml"].restart

    def test_no_bootstrap_patch_is_made(self) -> None:
        """EnvoyFilter with applyTo BOOTSTRAP has had no effect since 1.21."""
        for version in ISTIO_VERSIONS:
            made = bundle(f"kind: istio, version: '{version}', stats_by: push, namespaces: {{include: [shop]}}")
            assert objects(made, "EnvoyFilter") == []

    def test_tcp_is_logged_although_it_has_neither_path_nor_status(self) -> None:
        """An expression that asks for them is an error for a TCP connection, and its record is dropped."""
        head = HEAD + "access_logs: {filter: {exclude_paths: [/healthz], share_percent: 10}}\n"
        (telemetry,) = objects(bundle("kind: istio", head), "Telemetry")
        expression = telemetry["spec"]["accessLogging"][0]["filter"]["expression"]
        for asked in re.finditer(r"request\.path\.|response\.code >", expression):
            assert "has(" in expression[: asked.start()]

    def test_zipkin_has_trace_ids_of_128_bits(self) -> None:
        """Of 64, they do not join the traces of proxies with W3C."""
        made = bundle("kind: istio, spans_by: zipkin")
        zipkin = provider(made, "meshhub-spans")["zipkin"]
        assert (zipkin["enable64bitTraceId"], zipkin["traceContextOption"]) == (False, "USE_B3_WITH_W3C_PROPAGATION")

    def test_als_asks_for_the_trace_context(self) -> None:
        """ALS has no trace id of its own."""
        made = bundle("kind: istio, access_logs_by: als")
        assert "traceparent" in provider(made, "meshhub-logs-als-http")["envoyHttpAls"]["additionalRequestHeadersToLog"]

    def test_a_loop_through_the_hubs_own_sidecar_is_warned_of(self) -> None:
        """The hub's own calls are logged, and their logs are calls."""
        assert "Keep the hub out of the mesh" in notes(bundle("kind: istio"))


class TestAmbient:
    def test_waypoints_get_target_refs_and_never_a_selector(self) -> None:
        """They do not obey anything else."""
        chosen = objects(bundle("kind: istio-ambient, waypoints: [{name: w, namespace: shop}]"), "Telemetry")
        everywhere = objects(bundle("kind: istio-ambient"), "Telemetry")
        assert [t["spec"]["targetRefs"][0]["kind"] for t in (*chosen, *everywhere)] == ["Gateway", "GatewayClass"]
        assert all("selector" not in t["spec"] for t in (*chosen, *everywhere))
        assert everywhere[0]["metadata"]["namespace"] == "istio-system"

    def test_a_waypoint_reports_as_the_workload_it_calls(self) -> None:
        """As itself, it would be where every call ends: the called side has no proxy that sees requests."""
        labels = provider(bundle("kind: istio-ambient"), "meshhub-logs")["envoyOtelAls"]["logFormat"]["labels"]
        assert labels["workload"] == labels["destination_canonical_service"]
        assert labels["namespace"] == labels["destination_namespace"]

    def test_what_ztunnels_cannot_do_is_said(self) -> None:
        """Without a waypoint there are connections only."""
        rows = {(row.signal, row.what): row.way for row in bundle("kind: istio-ambient").arrivals}
        assert rows[Signal.SPANS, "ztunnels"] is Way.IMPOSSIBLE
        assert rows[Signal.ACCESS_LOGS, "ztunnels"] is Way.SHIPPED

    def test_the_shipper_does_not_take_connections_for_its_ztunnels(self) -> None:
        """A line is about other pods than the one that prints it."""
        logs, _ = collectors(bundle("kind: istio-ambient"))
        steps = logs["service"]["pipelines"]["logs/ztunnel"]["processors"]
        assert steps.index("groupbyattrs/pod") < steps.index("k8sattributes/ztunnel")
        statements = logs["processors"]["transform/ztunnel"]["log_statements"][0]["statements"]
        assert any(
            s.startswith("delete_matching_keys(resource.attributes") and "pod|namespace" in s for s in statements
        )


class TestLinkerd:
    def test_the_mesh_identity_of_the_hub_is_given(self) -> None:
        """Without it the chart fails."""
        values = yaml.safe_load(text_of(bundle("kind: linkerd").documents[0]))
        assert values["proxy"]["tracing"]["collector"]["meshIdentity"] == {
            "serviceAccountName": "meshhub",
            "namespace": "observability",
        }

    def test_the_hub_is_in_the_mesh_here(self) -> None:
        """Linkerd exports spans to a collector within the mesh only."""
        (namespace,) = objects(bundle("kind: linkerd"), "Namespace")
        assert namespace["metadata"]["annotations"] == {"linkerd.io/inject": "enabled"}

    def test_a_hub_outside_gets_no_spans_and_is_told_so(self) -> None:
        made = bundle("kind: linkerd", "apiVersion: meshhub/v1\nhub: {otlp: 'hub.example.com:4317'}\n")
        assert {row.way for row in made.arrivals if row.signal is Signal.SPANS} == {Way.IMPOSSIBLE}
        assert not [document for document in made.documents if "values" in document.path]

    def test_that_no_trace_begins_here_is_said(self) -> None:
        assert "never begins a trace" in notes(bundle("kind: linkerd"))


class TestConsul:
    def test_both_directions_are_asked_for(self) -> None:
        """The default is inbound only, one direction per entry."""
        (defaults,) = objects(bundle("kind: consul"), "ProxyDefaults")
        extensions = defaults["spec"]["envoyExtensions"]
        assert [each["arguments"]["ListenerType"] for each in extensions] == ["inbound", "outbound"]

    def test_logs_are_batched(self) -> None:
        """An unset buffer is sent as 0: an export per request."""
        assert access_log_extension(_plain(), "inbound")["Arguments"]["Config"]["BufferSizeBytes"] > 0

    def test_the_target_is_on_the_loopback_interface(self) -> None:
        """Any other is refused."""
        uri = access_log_extension(_plain(), "inbound")["Arguments"]["Config"]["GrpcService"]["Target"]["URI"]
        assert uri.startswith("127.0.0.1:")

    def test_attributes_are_texts(self) -> None:
        """A number makes Envoy refuse the whole listener."""
        fields = access_log_extension(_plain(), "inbound")["Arguments"]["Config"]["Attributes"]
        assert list(fields) == list(attributes.ACCESS_LOG)
        assert all(isinstance(text, str) for text in fields.values())

    def test_services_are_http(self) -> None:
        """TCP services are silently not logged, and TCP is the default."""
        (defaults,) = objects(bundle("kind: consul"), "ProxyDefaults")
        assert defaults["spec"]["config"]["protocol"] == "http"

    def test_the_share_is_said_where_requests_are_traced(self) -> None:
        """Consul's own is 0, in every connection manager."""
        (defaults,) = objects(bundle("kind: consul, sampling_percent: 30"), "ProxyDefaults")
        tracing = json.loads(defaults["spec"]["config"]["envoy_listener_tracing_json"])
        assert tracing["random_sampling"] == {"value": 30}
        assert "envoy_tracing_json" not in defaults["spec"]["config"]

    def test_the_policy_has_mesh_write(self) -> None:
        """Raw pieces of Envoy configuration need it since 2026."""
        assert 'mesh = "write"' in text_of(bundle("kind: consul").permissions[0])


def _plain() -> Intent:
    return intent_of("- {name: m, kind: consul}\n")


class TestKuma:
    @pytest.mark.parametrize(("version", "inline"), [("2.13", True), ("2.14", False), ("3.0", False)])
    def test_endpoints_are_inline_before_2_14_and_backends_after(self, version: str, inline: bool) -> None:
        made = bundle(f"kind: kuma, version: '{version}'")
        assert bool(objects(made, "MeshOpenTelemetryBackend")) is not inline
        (logs,) = objects(made, "MeshAccessLog")
        backend = logs["spec"]["to"][0]["default"]["backends"][0]["openTelemetry"]
        assert ("endpoint" in backend) is inline

    @pytest.mark.parametrize("version", ["2.14", "3.0"])
    def test_inbound_is_asked_for_by_rules(self, version: str) -> None:
        """`from` is gone in 3.0, and `default` below `spec` configures nothing."""
        (logs,) = objects(bundle(f"kind: kuma, version: '{version}'"), "MeshAccessLog")
        assert logs["spec"].keys() == {"targetRef", "to", "rules"}

    def test_the_environment_does_not_win(self) -> None:
        """By default OTEL_EXPORTER_OTLP_* of a sidecar overrides the backend."""
        (backend,) = objects(bundle("kind: kuma, version: '2.14'"), "MeshOpenTelemetryBackend")
        assert backend["spec"]["env"] == {"mode": "Disabled"}

    def test_a_backend_is_found_by_labels(self) -> None:
        """By name it is not."""
        (trace,) = objects(bundle("kind: kuma, version: '2.14'"), "MeshTrace")
        reference = trace["spec"]["default"]["backends"][0]["openTelemetry"]["backendRef"]
        assert reference.keys() == {"kind", "labels"}

    def test_keys_are_what_kuma_takes(self) -> None:
        head = HEAD + "access_logs: {fields: {request_headers: [x-tenant-id]}}\n"
        keys = [each["key"] for each in log_attributes(intent_of("- {name: m, kind: kuma}\n", head))]
        assert all(KEY.fullmatch(key) for key in keys)
        assert "http.request.header.x_tenant_id" in keys

    def test_zipkins_defaults_are_switched_off(self) -> None:
        """64-bit trace ids, and client and server with one span id."""
        (trace,) = objects(bundle("kind: kuma, spans_by: zipkin"), "MeshTrace")
        zipkin = trace["spec"]["default"]["backends"][0]["zipkin"]
        assert (zipkin["traceId128bit"], zipkin["sharedSpanContext"]) == (True, False)


class TestOpenShift:
    @pytest.mark.parametrize("version", ["3.0", "3.1", "3.2"])
    def test_3_x_gets_the_old_form_of_peers(self, version: str) -> None:
        made = bundle(f"kind: openshift, version: '{version}'")
        assert "%CEL(filter_state.downstream_peer.workload)%" in text_of(made.documents[0])

    def test_2_6_logs_by_als(self) -> None:
        """Its OTLP provider has no labels: nobody would know who reports."""
        made = bundle("kind: openshift, version: '2.6'")
        (plane,) = objects(made, "ServiceMeshControlPlane")
        assert plane["spec"]["tracing"] == {"type": "None"}
        assert "envoyOtelAls" not in str(plane)
        assert plane["spec"]["proxy"]["accessLogging"]["envoyService"]["enabled"] is True
        (telemetry,) = objects(made, "Telemetry")
        assert telemetry["apiVersion"] == "telemetry.istio.io/v1alpha1"

    def test_2_6_lets_members_reach_the_hub(self) -> None:
        (policy,) = objects(bundle("kind: openshift, version: '2.6'"), "NetworkPolicy")
        assert {port["port"] for port in policy["spec"]["ingress"][0]["ports"]} >= {4317, 4318, 9411}


class TestOthers:
    def test_knative_endpoints_have_a_scheme(self) -> None:
        """A bare host:port means TLS."""
        config = next(
            c for c in objects(bundle("kind: knative"), "ConfigMap") if c["metadata"]["name"] == "config-observability"
        )
        endpoints = {key: text for key, text in config["data"].items() if key.endswith("-endpoint")}
        assert len(endpoints) == 3
        assert all(text.startswith("http://") for text in endpoints.values())
        assert config["data"]["request-metrics-endpoint"].endswith("/v1/metrics")
        assert config["data"]["tracing-endpoint"].endswith("/v1/traces")

    def test_knatives_request_log_is_json(self) -> None:
        config = next(
            c for c in objects(bundle("kind: knative"), "ConfigMap") if c["metadata"]["name"] == "config-observability"
        )
        record = json.loads(re.sub(r"\{\{.*?\}\}", "x", config["data"]["logging.request-log-template"]))
        assert record["response_flags"] == "-"

    def test_that_app_mesh_has_ended_is_said_first(self) -> None:
        assert bundle("kind: aws-app-mesh").notes[0].startswith("AWS App Mesh ended on 2026-09-30")

    def test_that_osm_is_archived_is_said_first(self) -> None:
        assert bundle("kind: open-service-mesh").notes[0].startswith("Open Service Mesh is archived")

    def test_nsm_is_switched_on(self) -> None:
        """Without TELEMETRY everything else is ignored; the endpoint has no scheme."""
        environment = next(d for d in bundle("kind: network-service-mesh").documents if d.path == "nsm.env")
        assert "TELEMETRY=true\n" in str(environment.content)
        assert "NSM_OPEN_TELEMETRY_ENDPOINT=meshhub.observability.svc.cluster.local:4317\n" in str(environment.content)


class TestCollectors:
    @pytest.mark.parametrize(
        "kind", ["istio", "istio-ambient", "linkerd", "aws-app-mesh", "open-service-mesh", "knative"]
    )
    def test_a_dollar_is_written_twice(self, kind: str) -> None:
        """The collector expands $1 in texts: targets would have no address, and patterns another meaning."""
        texts = [
            text for secret in objects(bundle(f"kind: {kind}"), "Secret") for text in secret["stringData"].values()
        ]
        assert texts
        assert not [text for text in texts if re.search(r"(?<!\$)(?:\$\$)*\$(?!\$)", text)]

    def test_collectors_stay_out_of_every_mesh(self) -> None:
        """What brings telemetry must not make any."""
        for workload in (
            *objects(bundle("kind: istio-ambient"), "DaemonSet"),
            *objects(bundle("kind: linkerd"), "Deployment"),
        ):
            meta = workload["spec"]["template"]["metadata"]
            assert meta["labels"]["sidecar.istio.io/inject"] == "false"
            assert meta["annotations"]["linkerd.io/inject"] == "disabled"

    def test_a_new_configuration_replaces_the_pods(self) -> None:
        """A changed Secret alone changes nothing in a running collector."""
        heads = (HEAD, HEAD.replace("observability", "monitoring"))
        one, other = (objects(bundle("kind: istio", head), "Deployment") for head in heads)
        hashes = [d[0]["spec"]["template"]["metadata"]["annotations"]["meshhub/configuration"] for d in (one, other)]
        assert hashes[0] != hashes[1]


class TestPermissions:
    def test_nothing_may_be_changed_but_what_is_applied(self) -> None:
        """Existing objects are reached by name; there is no wildcard, and nothing may be deleted."""
        made = bundle("kind: istio, namespaces: {exclude: [kube-system]}")
        for role in objects(made, "Role"):
            for rule in role["rules"]:
                assert "*" not in str(rule)
                assert set(rule["verbs"]) <= {"get", "patch", "create"}
                assert rule["verbs"] == ["create"] or rule["resourceNames"]

    @pytest.mark.parametrize(
        "kind", ["istio", "istio-ambient", "linkerd", "kuma", "consul", "knative", "open-service-mesh"]
    )
    def test_every_applied_object_is_covered(self, kind: str) -> None:
        made = bundle(f"kind: {kind}")
        rules = [r for k in ("Role", "ClusterRole") for role in objects(made, k) for r in role["rules"]]
        names = {name for rule in rules for name in rule.get("resourceNames", ())}
        assert {_name(d) for d in made.documents if d.kind == "kubernetes"} <= names


def _name(document: Document) -> str:
    assert isinstance(document.content, dict)
    name: str = document.content["metadata"]["name"]
    return name
