"""How well edges and services do, as states with reasons."""

from topology.health.model import Health, HealthReport, Verdict
from topology.health.recent import Recent, recent_part
from topology.health.report import Judge
from topology.health.shares import judge_edge, judge_node, judge_outcome, judge_shares, judge_traffic

__all__ = [
    "Health", "HealthReport", "Judge", "Recent", "Verdict", "judge_edge", "judge_node", "judge_outcome", "judge_shares",
    "judge_traffic", "recent_part",
]  # fmt: skip
