"""MH044."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, consul_config
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for entry in estate.consul:
        config = consul_config(entry)
        listener = config.get("envoy_listener_tracing_json")
        if listener.text:
            sampling = listener.parsed().get("random_sampling", "value")
            if not sampling.number:
                yield Flaw(sampling, "random_sampling is 0: only requests that arrive sampled are traced")
        elif config.get("envoy_tracing_json").text:
            yield Flaw(config.get("envoy_tracing_json"), "without envoy_listener_tracing_json sampling is 0")


RULE = Rule(
    code="MH044",
    name="consul-sampling-zero",
    severity=Severity.ERROR,
    title="Consul samples nothing",
    why="Consul makes listeners with a sampling of 0: only requests that arrive with a sampled trace context "
    "give spans.",
    fix='Set envoy_listener_tracing_json with random_sampling, such as {"random_sampling": {"value": 100}, …}.',
    find=find,
    bad="""
{"Kind": "service-defaults", "Name": "web",
 "Config": {"envoy_tracing_json": "{\\"http\\": {\\"name\\": \\"envoy.tracers.opentelemetry\\"}}"}}
""",
    good="""
{"Kind": "service-defaults", "Name": "web",
 "Config": {"envoy_listener_tracing_json":
   "{\\"random_sampling\\": {\\"value\\": 100}, \\"provider\\": {\\"name\\": \\"envoy.tracers.opentelemetry\\"}}"}}
""",
)
