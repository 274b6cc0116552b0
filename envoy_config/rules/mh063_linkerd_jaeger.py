"""MH063."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

GONE = ("config.linkerd.io/trace-collector", "config.alpha.linkerd.io/trace-collector")


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.objects:
        for place in (each.get("metadata"), each.get("spec", "template", "metadata")):
            for name in GONE:
                if place.get("annotations", name).present:
                    yield Flaw(place.get("annotations", name), f"the annotation {name} is not read any more")


RULE = Rule(
    code="MH063",
    name="linkerd-jaeger",
    severity=Severity.WARNING,
    title="The linkerd-jaeger extension is gone",
    why="Since Linkerd 2.19 tracing is a setting of the proxy; the annotations of the extension are not read.",
    fix="Set proxy.tracing in the values of linkerd-control-plane, and remove the annotation.",
    find=find,
    bad="""
kind: Namespace
metadata: {name: shop, annotations: {config.linkerd.io/trace-collector: "collector.linkerd-jaeger:55678"}}
""",
    good="""
kind: Namespace
metadata: {name: shop, annotations: {linkerd.io/inject: enabled}}
""",
)
