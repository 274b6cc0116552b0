"""MH050."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for kind, node in estate.kuma:
        if kind == "MeshAccessLog" and node.get("spec", "default").present:
            yield Flaw(node.get("spec", "default"), "default stands directly under spec, where MeshAccessLog has none")


RULE = Rule(
    code="MH050",
    name="kuma-default-under-spec",
    severity=Severity.ERROR,
    title="A MeshAccessLog configures nothing",
    why="MeshAccessLog has its backends under spec.to[].default and spec.rules[].default. Directly under "
    "spec, as an example in the documentation has it, they are ignored.",
    fix="Move default into spec.to[] (outbound) and spec.rules[] (inbound).",
    find=find,
    bad="""
apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: {name: meshhub, namespace: kuma-system}
spec:
  targetRef: {kind: Mesh}
  default: {backends: [{type: File, file: {path: /dev/stdout}}]}
""",
    good="""
apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: {name: meshhub, namespace: kuma-system}
spec:
  targetRef: {kind: Mesh}
  to:
  - targetRef: {kind: Mesh}
    default: {backends: [{type: File, file: {path: /dev/stdout}}]}
""",
)
