"""MH030."""

from collections.abc import Iterator

from envoy_config.rules.envoy import clusters, is_istio
from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for envoy in estate.envoys:
        if is_istio(envoy) or envoy.root.get("stats_config", "stats_tags").present:
            continue
        for cluster in clusters(envoy):
            name, other = cluster.get("name"), cluster.get("alt_stat_name")
            if "." in (other.text or name.text):
                yield Flaw(
                    other if other.text else name, f"stats of {other.text or name.text} are cut at its first dot"
                )


RULE = Rule(
    code="MH030",
    name="dots-in-cluster-name",
    severity=Severity.WARNING,
    title="A cluster has dots in its name",
    why="Envoy takes the name up to the first dot for the tag and the rest for the metric: "
    "cluster.default.svc.cluster.local.upstream_rq of `reviews`, and no two clusters have a metric in "
    "common.",
    fix="Give the cluster an alt_stat_name without dots.",
    find=find,
    bad="""
static_resources:
  clusters:
  - {name: reviews.shop.svc.cluster.local, type: STRICT_DNS}
""",
    good="""
static_resources:
  clusters:
  - {name: reviews.shop.svc.cluster.local, alt_stat_name: reviews_shop, type: STRICT_DNS}
""",
)
