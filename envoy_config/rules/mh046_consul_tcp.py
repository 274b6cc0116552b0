"""MH046."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, consul_config, consul_extensions
from envoy_config.rules.model import Flaw, Rule, Severity

LOGGED = frozenset({"http", "http2", "grpc"})


def find(estate: Estate) -> Iterator[Flaw]:
    for entry in estate.consul:
        protocol = consul_config(entry).get("protocol")
        own = entry.get("Protocol") if entry.get("Protocol").present else entry.get("spec", "protocol")
        said = (protocol.text or own.text or "tcp").lower()
        if any(consul_extensions(entry)) and said not in LOGGED:
            yield Flaw(protocol, f"services that speak {said} are not logged")


RULE = Rule(
    code="MH046",
    name="consul-tcp",
    severity=Severity.WARNING,
    title="Services that speak TCP are not logged",
    why="builtin/otel-access-logging knows HTTP listeners only; without a protocol Consul takes TCP, and no "
    "request is logged, without a word.",
    fix="Set protocol to http, http2 or grpc for services that speak it.",
    find=find,
    bad="""
{"Kind": "proxy-defaults", "Name": "global",
 "EnvoyExtensions": [
   {"Name": "builtin/otel-access-logging",
    "Arguments": {"ListenerType": "inbound", "Config": {"BufferSizeBytes": 16384}}},
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
