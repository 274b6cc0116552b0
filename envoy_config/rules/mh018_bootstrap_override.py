"""MH018."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, where
from envoy_config.rules.model import Flaw, Rule, Severity

ANNOTATION = "sidecar.istio.io/bootstrapOverride"
KEY = "custom_bootstrap.json"


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.of("Deployment", "StatefulSet", "DaemonSet"):
        annotation = each.get("spec", "template", "metadata", "annotations", ANNOTATION)
        if not annotation.text:
            continue
        found = estate.named("ConfigMap", annotation.text, where(each))
        if found is None:
            if any(estate.of("ConfigMap")):
                yield Flaw(annotation, f"there is no ConfigMap {annotation.text} in the namespace {where(each)}")
        elif not found.get("data", KEY).present:
            yield Flaw(found.get("data"), f"the ConfigMap has no key {KEY}: it is not read")


RULE = Rule(
    code="MH018",
    name="bootstrap-override",
    severity=Severity.ERROR,
    title="A bootstrap override is not found",
    why="The ConfigMap has to be in the namespace of the pod, and its key has to be custom_bootstrap.json; "
    "otherwise the pod does not start, or the override is not read.",
    fix="Make the ConfigMap in the namespace of the pod, with the key custom_bootstrap.json.",
    find=find,
    bad="""
kind: ConfigMap
metadata: {name: meshhub-bootstrap, namespace: shop}
data: {bootstrap.json: "{}"}
---
kind: Deployment
metadata: {name: cart, namespace: shop}
spec: {template: {metadata: {annotations: {sidecar.istio.io/bootstrapOverride: meshhub-bootstrap}}}}
""",
    good="""
kind: ConfigMap
metadata: {name: meshhub-bootstrap, namespace: shop}
data: {custom_bootstrap.json: "{}"}
---
kind: Deployment
metadata: {name: cart, namespace: shop}
spec: {template: {metadata: {annotations: {sidecar.istio.io/bootstrapOverride: meshhub-bootstrap}}}}
""",
)
