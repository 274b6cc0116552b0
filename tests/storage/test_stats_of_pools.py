"""The stats that the views of pools take are stats that our wiring lets through and that Envoy has."""

import re
from importlib.resources import files

import pytest

from envoy_config.emit.stats import CLUSTER

LISTED = re.compile(r"'cluster\.([a-z_.]+)'")
OLD_BREAKERS = re.compile(r"circuit_breakers\.[a-z_]+$")
"""As they are named where tags are taken out of names: the priority is one."""


@pytest.mark.parametrize(
    "view", ["0073_view_edges_stats_from_metrics_sum", "0210_view_edges_stats_from_metrics_gauge_with_active"]
)
def test_a_view_of_pools_takes_what_is_sent(view: str) -> None:
    text = files("storage").joinpath("schema", f"{view}.sql").read_text(encoding="utf-8")
    taken = {name for name in LISTED.findall(text) if not OLD_BREAKERS.match(name)}
    assert taken
    assert taken <= set(CLUSTER)
