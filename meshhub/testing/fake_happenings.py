"""What happened to made-up services."""

from dashboard.reads.happenings import Happening, HappeningKind
from meshhub.model import TimeRange
from meshhub.testing.mood import Mood
from topology.model import ServiceNode


class FakeHappeningReads:
    """What has several versions got the last of them half way through the window; nothing fires in a good mood."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood
        self.firing: frozenset[str] = frozenset()
        """Names of the services whose alert began to fire after two thirds of the window."""
        self.applies = False
        """Whether configuration was put in force after a third of the window."""

    def births(self, node: ServiceNode, window: TimeRange) -> tuple[Happening, ...]:
        self._mood.check()
        if len(node.versions) < 2:
            return ()
        text = f"version {node.versions[-1]} of {node.service} first seen"
        return (Happening(HappeningKind.VERSION, window.start + window.length / 2, text),)

    def crossings(self, node: ServiceNode, window: TimeRange) -> tuple[Happening, ...]:
        self._mood.check()
        if node.service not in self.firing:
            return ()
        time = window.start + window.length * 2 / 3
        return (Happening(HappeningKind.SLO, time, "ErrorBudgetBurn began to fire"),)

    def applied(self, window: TimeRange, node: ServiceNode | None = None) -> tuple[Happening, ...]:  # noqa: ARG002
        self._mood.check()
        if not self.applies:
            return ()
        text = "ann applied v12 of istio of shop: sample all"
        return (Happening(HappeningKind.CONFIG, window.start + window.length / 3, text),)
