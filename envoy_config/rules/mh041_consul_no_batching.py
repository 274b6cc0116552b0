"""MH041."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, consul_extensions, either
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for entry in estate.consul:
        for arguments in consul_extensions(entry):
            size = either(arguments, "Config", "BufferSizeBytes")
            if not size.number:
                yield Flaw(size, "BufferSizeBytes is not set, which Consul sends as 0: one export for each request")


RULE = Rule(
    code="MH041",
    name="consul-no-batching",
    severity=Severity.WARNING,
    title="Consul does not batch access logs",
    why="What is not set is sent to Envoy as 0, which turns batching off: one RPC for each request.",
    fix="Set BufferSizeBytes = 16384.",
    find=find,
    bad="""
{"Kind": "proxy-defaults", "Name": "global", "Config": {"protocol": "http"},
 "EnvoyExtensions": [
   {"Name": "builtin/otel-access-logging", "Arguments": {"ListenerType": "inbound", "Config": {"LogName": "hub"}}},
   {"Name": "builtin/otel-access-logging",
    "Arguments": {"ListenerType": "outbound", "Config": {"BufferSizeBytes": 16384}}}]}
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
