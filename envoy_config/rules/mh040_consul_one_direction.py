"""MH040."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, consul_extensions, either
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for entry in estate.consul:
        arguments = list(consul_extensions(entry))
        directions = {either(each, "ListenerType").text or "inbound" for each in arguments}
        if len(directions) == 1:
            (only,) = directions
            yield Flaw(either(arguments[0], "ListenerType"), f"only {only} requests are logged")


RULE = Rule(
    code="MH040",
    name="consul-one-direction",
    severity=Severity.WARNING,
    title="Consul logs one direction only",
    why="An extension is for one direction, inbound by default: without the other half, calls that never "
    "reach the callee and what callers saw are invisible.",
    fix="Add a second builtin/otel-access-logging with the other ListenerType.",
    find=find,
    bad="""
{"Kind": "proxy-defaults", "Name": "global", "Config": {"protocol": "http"},
 "EnvoyExtensions": [{"Name": "builtin/otel-access-logging", "Arguments": {"Config": {"BufferSizeBytes": 16384}}}]}
""",
    good="""
{"Kind": "proxy-defaults", "Name": "global", "Config": {"protocol": "http"},
 "EnvoyExtensions": [
   {"Name": "builtin/otel-access-logging",
    "Arguments": {"ListenerType": "inbound", "Config": {"BufferSizeBytes": 16384}}},
   {"Name": "builtin/otel-access-logging",
    "Arguments": {"ListenerType": "outbound", "Config": {"BufferSizeBytes": 16384}}}]}
""",
)
