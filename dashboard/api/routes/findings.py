"""/api/v1/findings: mistakes that the traffic shows."""

from typing import Protocol

from fastapi import APIRouter, Response

from dashboard.api.findings_body import FindingsBody, show_findings
from dashboard.api.parameters import (
    INVALID,
    UNAVAILABLE,
    UNUSABLE,
    WINDOW_TEXT,
    End,
    Length,
    Start,
    json_response,
    window_of,
)
from dashboard.api.problems import problem_responses
from dashboard.reads.findings import Findings
from meshhub.clock import Clock
from meshhub.model import TimeRange


class FindingReads(Protocol):
    """dashboard.reads.findings.FindingReads."""

    def findings(self, window: TimeRange) -> Findings: ...


def add_routes(router: APIRouter, findings: FindingReads, clock: Clock) -> None:
    """Add the routes of this family."""

    @router.get(
        "/findings",
        summary="Mistakes that the traffic shows",
        description="Broken propagation, foreign request ids, retry storms, repeated calls, chatty edges and latency "
        f"in proxies, each with its evidence and the fix. {WINDOW_TEXT}",
        response_model=FindingsBody,
        responses=problem_responses(status_400=UNUSABLE, status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_findings(window: Length = None, start: Start = None, end: End = None) -> Response:
        return json_response(show_findings(findings.findings(window_of(window, start, end, clock))))
