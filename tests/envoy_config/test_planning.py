"""From the intent to proxies: what is derived, what overrides what."""

from typing import Any

import pytest

from envoy_config.emit.plain_envoy import proxies
from envoy_config.intent import Mesh
from envoy_config.intent.hub import Endpoint
from envoy_config.plan import Destination, Mutual, Originated, Proxy, Role


def proxy(mesh: Mesh, name: str) -> Proxy:
    return next(proxy for proxy in proxies(mesh) if proxy.id == name)


def destination(mesh: Mesh, cluster: str) -> Destination:
    return next(d for d in proxy(mesh, "frontend-v1-0.shop").destinations if d.cluster == cluster)


def test_a_proxy_knows_who_it_is(full_mesh: Mesh) -> None:
    canary = proxy(full_mesh, "catalog-canary.shop")
    assert (canary.service, canary.namespace, canary.version, canary.instance) == (
        "catalog",
        "shop",
        "1e5",
        "catalog-canary",
    )
    assert canary.role is Role.SIDECAR
    assert canary.spiffe_id == "spiffe://lab.example/ns/shop/sa/catalog"
    assert canary.certificate_directory == "/etc/meshhub/certificates/shop/catalog-canary"
    assert proxy(full_mesh, "gateway-v2-0.shop").role is Role.GATEWAY


def test_own_sampling_overrides_the_meshs(full_mesh: Mesh) -> None:
    assert proxy(full_mesh, "frontend-v1-0.shop").sampling_percent == 100
    assert proxy(full_mesh, "catalog-v1-0.shop").sampling_percent == 12.5


def test_a_destination_is_all_instances_of_all_versions(full_mesh: Mesh) -> None:
    catalog = destination(full_mesh, "catalog.shop")
    assert catalog.endpoints == tuple(Endpoint(host=f"10.0.0.{n}", port=15006) for n in (1, 2, 3))
    assert catalog.tls == Mutual("spiffe://lab.example/ns/shop/sa/catalog", "catalog.shop")
    assert catalog.traffic.retries.attempts == 4


def test_the_short_name_is_for_callers_of_the_same_namespace(full_mesh: Mesh) -> None:
    assert destination(full_mesh, "catalog.shop").hosts == ("catalog.shop", "catalog")
    assert destination(full_mesh, "pricing.money").hosts == ("pricing.money",)


def test_an_external_service_is_at_its_addresses_or_where_its_name_leads(full_mesh: Mesh) -> None:
    bank = destination(full_mesh, "external|bank.example")
    assert bank.endpoints == (Endpoint(host="bank.example", port=443),)
    assert bank.tls == Originated("/etc/ssl/certs/ca-certificates.crt", "bank.example")
    ledger = destination(full_mesh, "external|ledger.example")
    assert ledger.endpoints == (Endpoint(host="192.0.2.7", port=6000), Endpoint(host="192.0.2.8", port=6000))
    assert (ledger.tcp_port, ledger.tls) == (15102, Originated("/etc/meshhub/ledger-ca.pem", "db.ledger.example"))
    assert destination(full_mesh, "external|plain.example").tls is None


@pytest.mark.parametrize(
    ("address", "bind"),
    [("10.1.2.3", "10.1.2.3"), ("fd00::1", "fd00::1"), ("web.internal", "0.0.0.0")],  # noqa: S104 - what is tested
)
def test_a_named_machine_listens_on_all_interfaces(address: str, bind: str) -> None:
    service = {
        "name": "a",
        "namespace": "n",
        "versions": [{"version": "1", "instances": [{"address": address, "app_port": 1}]}],
    }
    content: dict[str, Any] = {
        "apiVersion": "meshhub/v1",
        "cluster": "c",
        "trust_domain": "t",
        "hub": {"otlp": "h:1"},
        "certificates": "/c",
        "services": [service],
    }
    inbound = proxies(Mesh.model_validate(content))[0].inbound
    assert inbound is not None
    assert inbound.bind == bind


def test_a_gateway_calls_what_its_routes_name_once_each(full_mesh: Mesh) -> None:
    gateway = proxy(full_mesh, "gateway-v2-0.shop")
    assert [d.cluster for d in gateway.destinations] == [
        "catalog.shop",
        "frontend.shop",
        "external|plain.example",
        "pricing.money",
    ]
