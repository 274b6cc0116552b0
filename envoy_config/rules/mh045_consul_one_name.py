"""MH045."""

from collections.abc import Iterator

from envoy_config.rules.estate import CONSUL_JSON, Estate, consul_config
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for entry in estate.consul:
        if (entry.get("Kind").text or entry.get("kind").text) not in ("proxy-defaults", "ProxyDefaults"):
            continue
        for key in CONSUL_JSON:
            for node in consul_config(entry).get(key).parsed().walk():
                name = node.get("service_name")
                if name.text:
                    yield Flaw(name, f"the spans of all services are called {name.text}")


RULE = Rule(
    code="MH045",
    name="consul-one-name",
    severity=Severity.ERROR,
    title="All services of Consul have one name in their spans",
    why="What proxy-defaults say holds for every proxy: with a service_name there, all spans come from one service.",
    fix="Put the tracing keys into service-defaults of each service, or use the resource detector environment.",
    find=find,
    bad="""
{"Kind": "proxy-defaults", "Name": "global",
 "Config": {"envoy_listener_tracing_json":
   "{\\"random_sampling\\": {\\"value\\": 9}, \\"provider\\": {\\"typed_config\\": {\\"service_name\\": \\"web\\"}}}"}}
""",
    good="""
{"Kind": "service-defaults", "Name": "web",
 "Config": {"envoy_listener_tracing_json":
   "{\\"random_sampling\\": {\\"value\\": 9}, \\"provider\\": {\\"typed_config\\": {\\"service_name\\": \\"web\\"}}}"}}
""",
)
