"""The body of GET /api/v1/findings."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.window_body import WindowBody, show_window
from dashboard.reads.findings import Findings
from meshhub.model import WorkloadIdentity
from traces.finders.model import Finding


class SubjectBody(TypedDict):
    """A workload that a finding is about; unknown parts are empty."""

    cluster: str
    namespace: str
    service: str


class FindingBody(TypedDict):
    """One mistake that the traffic shows."""

    code: Annotated[str, Field(description="Stable; docs/how-to/findings.md explains each.")]
    severity: Annotated[str, Field(description="critical, warning or note.")]
    source: SubjectBody
    destination: Annotated[SubjectBody | None, Field(description="Where it is about calls from one to another.")]
    title: str
    evidence: str
    fix: str
    numbers: Annotated[dict[str, float], Field(description="What the evidence counts.")]
    examples: Annotated[list[str], Field(description="Ids of requests that show it.")]


class FindingsBody(TypedDict):
    """What the finders found, worst first."""

    window: WindowBody
    one_of: Annotated[int, Field(description="Requests were looked at one by one for one in so many request ids.")]
    propagation_window: Annotated[WindowBody, Field(description="The part in which propagation was compared.")]
    findings: list[FindingBody]


def show_findings(found: Findings) -> FindingsBody:
    """The body."""
    return {
        "window": show_window(found.window),
        "one_of": found.one_of,
        "propagation_window": show_window(found.propagation_window),
        "findings": [_finding(finding) for finding in found.findings],
    }


def _finding(finding: Finding) -> FindingBody:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "source": _subject(finding.source),
        "destination": None if finding.destination is None else _subject(finding.destination),
        "title": finding.title,
        "evidence": finding.evidence,
        "fix": finding.fix,
        "numbers": dict(finding.numbers),
        "examples": list(finding.examples),
    }


def _subject(who: WorkloadIdentity) -> SubjectBody:
    return {"cluster": who.cluster, "namespace": who.namespace, "service": who.service}
