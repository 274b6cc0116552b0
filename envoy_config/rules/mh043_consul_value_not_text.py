"""MH043."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, consul_extensions, either
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for entry in estate.consul:
        for arguments in consul_extensions(entry):
            config = either(arguments, "Config")
            for name in ("Attributes", "ResourceAttributes", "Body"):
                place = either(config, name)
                for key, value in [(name, place)] if name == "Body" else place.fields():
                    if isinstance(value.value, bool | int | float):
                        yield Flaw(value, f"{key} is no text: Envoy refuses the whole listener")


RULE = Rule(
    code="MH043",
    name="consul-value-not-text",
    severity=Severity.ERROR,
    title="An attribute of Consul's access logs is no text",
    why="Consul hands numbers and booleans to Envoy as such, and Envoy takes only strings there: it refuses "
    "the listener, and the service is cut off at the next start.",
    fix="Write the value in quotes.",
    find=find,
    bad="""
{"Kind": "proxy-defaults", "Name": "global", "Config": {"protocol": "http"},
 "EnvoyExtensions": [
   {"Name": "builtin/otel-access-logging",
    "Arguments": {"ListenerType": "inbound", "Config": {"BufferSizeBytes": 16384, "Attributes": {"tier": 1}}}},
   {"Name": "builtin/otel-access-logging",
    "Arguments": {"ListenerType": "outbound", "Config": {"BufferSizeBytes": 16384}}}]}
""",
    good="""
{"Kind": "proxy-defaults", "Name": "global", "Config": {"protocol": "http"},
 "EnvoyExtensions": [
   {"Name": "builtin/otel-access-logging",
    "Arguments": {"ListenerType": "inbound", "Config": {"BufferSizeBytes": 16384, "Attributes": {"tier": "1"}}}},
   {"Name": "builtin/otel-access-logging",
    "Arguments": {"ListenerType": "outbound", "Config": {"BufferSizeBytes": 16384}}}]}
""",
)
