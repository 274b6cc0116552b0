"""Findings made up: one of each severity, and what a hub without any says."""

from dashboard.reads.findings import Findings
from meshhub.model import TimeRange, WorkloadIdentity
from meshhub.testing.mood import Mood
from traces.finders.model import Finding, Severity

STOREFRONT, RATINGS = WorkloadIdentity("demo", "shop", "storefront"), WorkloadIdentity("demo", "shop", "ratings")

FINDINGS = (
    Finding(
        "request-id-not-propagated",
        Severity.CRITICAL,
        STOREFRONT,
        None,
        "storefront loses the x-request-id",
        "412 calls of 412 (100 %) that storefront made while it served requests carried an id that no request served "
        "by the same instance had.",
        "Copy the header x-request-id of the request that is served to every call made for it, unchanged.",
        {"calls": 412, "lost": 412},
        ("0f9b3c1e-5d0c-9f6e-8a5b-0c2f4a1d7e11", "<b>not-a-uuid</b>"),
    ),
    Finding(
        "retry-storm",
        Severity.WARNING,
        STOREFRONT,
        RATINGS,
        "storefront retries ratings: 1.42 attempts per request",
        "1,204 requests made 1,710 attempts; 6 % of the requests failed all the same.",
        "Retry only what may succeed the next time.",
        {"requests": 1204, "attempts": 1710},
        (),
    ),
)


class FakeFindingReads:
    """`found` are the findings of every window."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood
        self.found: tuple[Finding, ...] = FINDINGS
        self.one_of = 1

    def findings(self, window: TimeRange) -> Findings:
        self._mood.check()
        return Findings(window, self.one_of, window, self.found)
