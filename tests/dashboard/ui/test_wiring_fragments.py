from typing import Any

import pytest
import yaml

from dashboard.ui.wiring import fragments
from envoy_config.check import validate


def piece(number: int, host: str = "hub.example") -> Any:
    return yaml.safe_load(fragments(host, 4317)[number].yaml)


@pytest.mark.parametrize(
    ("host", "address"),
    [("hub.example", "hub.example"), ("10.1.2.3", "10.1.2.3"), ("::1", "::1"), ("no host!", "127.0.0.1")],
)
def test_the_hub_is_where_the_browser_found_it(host: str, address: str) -> None:
    (cluster,) = piece(0, host)
    (endpoint,) = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
    assert endpoint["endpoint"]["address"]["socket_address"] == {"address": address, "port_value": 4317}


def test_nothing_is_abbreviated() -> None:
    assert not any("&id" in each.yaml or "*id" in each.yaml for each in fragments("hub", 4317))


@pytest.mark.envoy
def test_a_real_envoy_takes_the_pieces() -> None:
    (cluster,), log, spans, stats = (piece(number) for number in range(4))
    kind = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
    manager = {
        "@type": f"type.googleapis.com/{kind}",
        "stat_prefix": "inbound",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"]}]},
        "http_filters": [
            {
                "name": "router",
                "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
            }
        ],
        **log,
        **spans,
    }
    listener = {
        "name": "inbound",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 15006}},
        "filter_chains": [{"filters": [{"name": "manager", "typed_config": manager}]}],
    }
    validate({"node": {"id": "x"}, "static_resources": {"listeners": [listener], "clusters": [cluster]}, **stats})
