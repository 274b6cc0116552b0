"""One record of each mesh, with the attribute names that its wiring sends, is an access log of the right two ends."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from envoy_config.emit.consul import access_log_extension
from envoy_config.emit.istio.labels import labels
from envoy_config.emit.istio.release import Release
from envoy_config.emit.kuma import log_attributes
from envoy_config.intent import Intent, parse_intent
from meshhub.model import Signal
from meshhub.testing.engine import rows
from meshhub.testing.otlp import key_values, load
from storage.client import Store

SHIPPED = Path(__file__).parents[1] / "envoy_config" / "goldens" / "shipped"
CALL = {
    "method": "GET",
    "path": "/pay",
    "response_code": "503",
    "response_flags": "UF",
    "duration_ms": "12",
    "upstream_host": "10.0.0.2:8080",
}


@dataclass(frozen=True)
class Sent:
    """What a proxy sends, and what the hub has to know of it: reporter, the ends as service.namespace, security."""

    attributes: dict[str, str]
    known: tuple[str, str, str, str]
    resource: dict[str, str] = field(default_factory=dict)


def intent() -> Intent:
    meshes = "meshes: [{name: m, kind: istio}]\n"
    return parse_intent(f"apiVersion: meshhub/v1\nhub: {{otlp: 'a:1'}}\n{meshes}", origin="mesh.yaml", directory=Path())


def filled(names: list[str], **values: str) -> dict[str, str]:
    """Every name that is sent, "-" where nothing is known. A value whose name is not sent is a mistake of the test."""
    facts = CALL | values
    assert not facts.keys() - set(names)
    return {name: facts.get(name, "-") for name in names}


def istio(version: tuple[int, int], *, waypoint: bool = False, **values: str) -> dict[str, str]:
    return filled(list(labels(intent(), Release(version), waypoint=waypoint)), **values)


def consul(**values: str) -> dict[str, str]:
    return filled(list(access_log_extension(intent(), "inbound")["Arguments"]["Config"]["Attributes"]), **values)


def kuma(**values: str) -> dict[str, str]:
    return filled([each["key"] for each in log_attributes(intent())], **values)


ISTIO_CLIENT = {
    "direction": "2",
    "namespace": "shop",
    "workload": "web-v1",
    "node_cluster": "web.shop",
    "cluster": "eu-1",
    "upstream_cluster": "outbound|8080||pay.money.svc.cluster.local",
    "upstream_tls_version": "TLSv1.3",
    "upstream_peer_uri_san": "spiffe://cluster.local/ns/money/sa/pay",
    "destination_canonical_service": "pay",
    "destination_namespace": "money",
}
ISTIO_SERVER = {
    "direction": "1",
    "namespace": "money",
    "workload": "pay-v1",
    "node_cluster": "pay.money",
    "upstream_cluster": "inbound|8080||",
    "downstream_tls_version": "TLSv1.3",
    "downstream_peer_uri_san": "spiffe://cluster.local/ns/shop/sa/web",
    "source_service": "web",
    "source_namespace": "shop",
}
WAYPOINT = ISTIO_SERVER | {
    "workload": "pay",
    "node_cluster": "-",
    "pod": "waypoint-55",
    "upstream_cluster": "inbound-vip|8080|http|pay.money.svc.cluster.local",
}
CONSUL_SERVER = {
    "direction": "1",
    "upstream_cluster": "local_app",
    "downstream_tls_version": "TLSv1.3",
    "downstream_peer_uri_san": "spiffe://7f1c.consul/ns/default/dc/dc1/svc/web",
    "downstream_local_uri_san": "spiffe://7f1c.consul/ns/default/dc/dc1/svc/pay",
}
KUMA_CLIENT = {
    "direction": "OUTBOUND",
    "source_service": "web_shop_svc_80",
    "destination_service": "pay_money_svc_8080",
    "upstream_cluster": "pay_money_svc_8080",
    "upstream_tls_version": "TLSv1.3",
    "upstream_peer_uri_san": "spiffe://default/pay_money_svc_8080",
}
KUMA_SERVER = {
    "direction": "INBOUND",
    "source_service": "unknown",
    "upstream_cluster": "localhost_8080",
    "downstream_tls_version": "TLSv1.3",
    "downstream_peer_uri_san": "spiffe://default/web_shop_svc_80",
}

SENT = {
    "istio 1.24 client": Sent(istio((1, 24), **ISTIO_CLIENT), ("client", "web.shop", "pay.money", "mtls")),
    "istio 1.31 client": Sent(istio((1, 31), **ISTIO_CLIENT), ("client", "web.shop", "pay.money", "mtls")),
    "istio 1.31 server": Sent(istio((1, 31), **ISTIO_SERVER), ("server", "web.shop", "pay.money", "mtls")),
    "istio waypoint": Sent(istio((1, 31), waypoint=True, **WAYPOINT), ("server", "web.shop", "pay.money", "mtls")),
    "consul server": Sent(
        consul(**CONSUL_SERVER),
        ("server", "web.default", "pay.default", "mtls"),
        {"log_name": "meshhub", "cluster_name": "pay", "node_name": "pay-sidecar-proxy", "mesh.kind": "consul"},
    ),
    "kuma client": Sent(
        kuma(**KUMA_CLIENT),
        ("client", "web.shop", "pay.money", "mtls"),
        {"log_name": "MeshAccessLog", "cluster_name": "web_shop_svc_80", "kuma.zone": "east"},
    ),
    "kuma server": Sent(
        kuma(**KUMA_SERVER),
        ("server", "web.shop", "pay.money", "mtls"),
        {"log_name": "MeshAccessLog", "cluster_name": "pay_money_svc_8080", "kuma.zone": "east"},
    ),
}


def shipped(source: str, number: int, known: tuple[str, str, str, str], **pod: str) -> Sent:
    """A record as the collector was recorded to send it, with what it learns of the pod in a cluster."""
    record: dict[str, Any] = json.loads((SHIPPED / f"{source}.json").read_text(encoding="utf-8"))["records"][number]
    attributes = {key: "" if text == "<None>" else text for key, text in record["attributes"].items()}
    names = {key.replace("__", "."): text for key, text in pod.items()}
    return Sent(attributes, known, record["resource"] | names)


SENT |= {
    "ztunnel source": shipped(
        "ztunnel",
        0,
        ("client", "sleep.default", "httpbin.shop", "mtls"),
        service__name="sleep",
        k8s__namespace__name="default",
    ),
    "ztunnel, a pod that is gone": shipped("ztunnel", 0, ("client", "sleep.default", "httpbin.shop", "mtls")),
    "ztunnel destination": shipped("ztunnel", 2, ("server", "sleep.default", "httpbin.shop", "mtls")),
    "linkerd": shipped(
        "linkerd",
        0,
        ("server", "web.emojivoto", "voting.emojivoto", "mtls"),
        k8s__namespace__name="emojivoto",
        **{"linkerd.io/proxy-deployment": "voting"},
    ),
    "linkerd without TLS": shipped(
        "linkerd",
        1,
        ("server", ".", "voting.emojivoto", "plaintext"),
        k8s__namespace__name="emojivoto",
        **{"linkerd.io/proxy-deployment": "voting"},
    ),
    "open service mesh client": shipped(
        "osm",
        0,
        ("client", "buyer.bookbuyer", "bookstore-v1.bookstore", "plaintext"),
        k8s__namespace__name="bookbuyer",
        service__name="buyer",
    ),
    "open service mesh server": shipped(
        "osm",
        1,
        ("server", ".", "bookstore-v1.bookstore", "plaintext"),
        k8s__namespace__name="bookstore",
        service__name="bookstore-v1",
    ),
    "app mesh client": shipped(
        "appmesh",
        0,
        ("client", "web.shop", "catalog.shop", "unknown"),
        k8s__namespace__name="shop",
        service__name="web",
    ),
    "knative": shipped(
        "queue-proxy",
        0,
        ("server", ".", "hello.shop", "plaintext"),
        k8s__namespace__name="shop",
        service__name="hello",
    ),
}


@pytest.fixture(scope="module")
def stored(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, ...]]:
    """Name to what the hub knows of its record."""
    requests = []
    for name, sent in SENT.items():
        request = ExportLogsServiceRequest()
        logs = request.resource_logs.add()
        logs.resource.attributes.extend(key_values(sent.resource))
        attributes = key_values(sent.attributes | {"request_id": f"of {name}"})
        logs.scope_logs.add().log_records.add(time_unix_nano=time.time_ns(), attributes=attributes)
        requests.append(request)
    load(embedded_store, tmp_path_factory.mktemp("mesh-access-logs"), Signal.LOGS, requests)
    found = rows(
        embedded_store,
        "SELECT request_id, toString(reporter), concat(source_service, '.', source_namespace), "
        "concat(destination_service, '.', destination_namespace), toString(security), response_code, duration_us, "
        "response_flags FROM access_logs WHERE startsWith(request_id, 'of ')",
    )
    return {row[0].removeprefix("of "): tuple(row[1:]) for row in found}


@pytest.mark.parametrize("name", SENT)
def test_a_record_names_both_ends(stored: dict[str, tuple[Any, ...]], name: str) -> None:
    assert stored[name][:4] == SENT[name].known


@pytest.mark.parametrize("name", SENT)
def test_a_record_says_how_it_went(stored: dict[str, tuple[Any, ...]], name: str) -> None:
    attributes = SENT[name].attributes
    code, duration_us, flags = stored[name][4:]
    said = {key: text for key, text in attributes.items() if text != "-"}
    assert code == int(said.get("response_code", 0))
    assert duration_us == int(said["duration_us"] if "duration_us" in said else f"{said['duration_ms']}000")
    assert flags == said.get("response_flags", "")
