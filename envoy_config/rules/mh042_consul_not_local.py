"""MH042."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, consul_extensions, either
from envoy_config.rules.model import Flaw, Rule, Severity

LOCAL = ("localhost", "127.0.0.1", "::1", "[::1]")


def find(estate: Estate) -> Iterator[Flaw]:
    for entry in estate.consul:
        for arguments in consul_extensions(entry):
            target = either(arguments, "Config", "GrpcService", "Target")
            uri = either(target, "Uri") if either(target, "Uri").present else either(target, "URI")
            host = uri.text.rpartition("://")[2].rpartition(":")[0]
            if uri.text and host not in LOCAL:
                yield Flaw(uri, f"{uri.text} is not on this machine")


RULE = Rule(
    code="MH042",
    name="consul-not-local",
    severity=Severity.ERROR,
    title="Consul sends access logs to another machine by its address",
    why="builtin/otel-access-logging takes addresses of localhost only; any other one is refused, and nothing "
    "is logged.",
    fix="Run a collector on each machine and name 127.0.0.1:4317, or register the hub as a service that is an "
    "upstream and name it by Target.Service.",
    find=find,
    bad="""
apiVersion: consul.hashicorp.com/v1alpha1
kind: ProxyDefaults
metadata: {name: global}
spec:
  config: {protocol: http}
  envoyExtensions:
  - name: builtin/otel-access-logging
    arguments:
      listenerType: inbound
      config: {bufferSizeBytes: 16384, grpcService: {target: {uri: "meshhub.observability:4317"}}}
  - name: builtin/otel-access-logging
    arguments:
      listenerType: outbound
      config: {bufferSizeBytes: 16384, grpcService: {target: {uri: "127.0.0.1:4317"}}}
""",
    good="""
apiVersion: consul.hashicorp.com/v1alpha1
kind: ProxyDefaults
metadata: {name: global}
spec:
  config: {protocol: http}
  envoyExtensions:
  - name: builtin/otel-access-logging
    arguments:
      listenerType: inbound
      config: {bufferSizeBytes: 16384, grpcService: {target: {uri: "127.0.0.1:4317"}}}
  - name: builtin/otel-access-logging
    arguments:
      listenerType: outbound
      config: {bufferSizeBytes: 16384, grpcService: {target: {uri: "127.0.0.1:4317"}}}
""",
)
