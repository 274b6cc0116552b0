"""What a check found, for people, for programs, and for code hosts (SARIF 2.1.0)."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from envoy_config.rules.model import Finding, Rule, Severity
from meshhub.errors import Fault

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
UNREADABLE = "MH000"
"""The code of a document that cannot be read."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def text_lines(findings: Sequence[Finding], faults: Sequence[Fault]) -> Iterator[str]:
    """By file and line, each with what to do."""
    for fault in faults:
        yield f"{fault.origin}:{fault.line or 0}: error {UNREADABLE}: {fault.reason}"
    for each in findings:
        yield f"{place(each)}: {each.severity.value} {each.rule.code} {each.rule.name}: {each.text}"
        about = " ".join(part for part in (each.subject, each.path) if part)
        if about:
            yield f"    at {about}"
        yield f"    {each.rule.why}"
        yield f"    Fix: {each.rule.fix}"


def place(finding: Finding) -> str:
    """ "file:line", or where it comes from."""
    return f"{finding.origin}:{finding.line}" if finding.line else finding.origin


def summary(findings: Sequence[Finding], faults: Sequence[Fault], objects: int) -> str:
    """How many of each severity, in a line."""
    counts = [(sum(each.severity is level for each in findings), level.value) for level in Severity]
    said = ", ".join(f"{count} {word}{'s' if count != 1 and word != 'info' else ''}" for count, word in counts if count)
    unread = f"; {len(faults)} documents could not be read" if faults else ""
    return f"{said or 'Nothing was found'} in {objects} objects{unread}."


def as_json(findings: Iterable[Finding], faults: Iterable[Fault]) -> dict[str, Any]:
    """Plain values."""
    return {
        "findings": [finding_body(each) for each in findings],
        "faults": [{"origin": each.origin, "line": each.line, "reason": each.reason} for each in faults],
    }


def finding_body(finding: Finding) -> dict[str, Any]:
    """One finding as plain values; `line` is null where unknown."""
    return {
        "code": finding.rule.code,
        "name": finding.rule.name,
        "severity": finding.severity.value,
        "title": finding.rule.title,
        "origin": finding.origin,
        "line": finding.line or None,
        "subject": finding.subject,
        "path": finding.path,
        "text": finding.text,
        "why": finding.rule.why,
        "fix": finding.rule.fix,
    }


def as_sarif(
    findings: Sequence[Finding], faults: Iterable[Fault], rules: Iterable[Rule], version: str
) -> dict[str, Any]:
    """A SARIF log of one run."""
    results = [
        *(_result(UNREADABLE, "error", fault.reason, fault.origin, fault.line or 1) for fault in faults),
        *(
            _result(each.rule.code, _LEVELS[each.severity], _message(each), each.origin, each.line or 1)
            for each in findings
        ),
    ]
    described = [
        {
            "id": UNREADABLE,
            "name": "unreadable",
            "shortDescription": {"text": "A document cannot be read"},
            "defaultConfiguration": {"level": "error"},
        },
        *(_described(rule) for rule in rules),
    ]
    driver = {"name": "meshhub", "version": version, "rules": described}
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def failed(findings: Iterable[Finding], faults: Sequence[Fault], worst_allowed: Severity | None) -> bool:
    """Whether anything is as bad as this severity or worse; None: nothing is."""
    if worst_allowed is None:
        return False
    return bool(faults) or any(each.severity.rank <= worst_allowed.rank for each in findings)


def _message(finding: Finding) -> str:
    about = f"{finding.subject}: " if finding.subject else ""
    return f"{about}{finding.text}. {finding.rule.fix}"


def _described(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(code: str, level: str, message: str, origin: str, line: int) -> dict[str, Any]:
    location = {
        "physicalLocation": {
            "artifactLocation": {"uri": PurePath(origin).as_posix()},
            "region": {"startLine": line},
        }
    }
    return {"ruleId": code, "level": level, "message": {"text": message}, "locations": [location]}
