"""How many requests of an edge ended how."""

from functools import lru_cache

from meshhub.outcome import Outcome, classify
from topology.counts import sorted_counts
from topology.draft import GraphDraft, OutcomeKey, Side
from topology.model import Errors


def enrich(draft: GraphDraft) -> None:
    """Fill `errors` of every side."""
    for side in draft.sides:
        side.errors = count_errors(side)


def count_errors(side: Side) -> Errors:
    """Classify the outcomes of a side."""
    total = side.report.requests
    if len(side.outcomes) == 1 and total:
        (outcome,) = side.outcomes
        return _all_alike(outcome, side.tcp, total)
    kinds: dict[str, int] = {}
    codes: dict[str, int] = {}
    statuses: dict[str, int] = {}
    failed = client_errors = 0
    for (code, status, flags, _), requests in side.outcomes.items():
        kind, fails, code_text, status_text = _interpret(code, status, flags, side.tcp)
        if kind is not Outcome.OK:
            kinds[kind.value] = kinds.get(kind.value, 0) + requests
            failed += requests if fails else 0
            client_errors += requests if kind is Outcome.CLIENT_ERROR else 0
        if code_text:
            codes[code_text] = codes.get(code_text, 0) + requests
        if status_text:
            statuses[status_text] = statuses.get(status_text, 0) + requests
    return Errors(
        failed / total if total else None,
        client_errors / total if total else None,
        sorted_counts(kinds),
        sorted_counts(codes),
        sorted_counts(statuses),
    )


def _all_alike(outcome: OutcomeKey, tcp: bool, total: int) -> Errors:
    """What most sides are: every request ended in the same way."""
    code, status, flags, _ = outcome
    kind, fails, code_text, status_text = _interpret(code, status, flags, tcp)
    if kind is Outcome.OK and not status_text:
        return Errors(0.0, 0.0, {}, {code_text: total} if code_text else {}, {})
    return Errors(
        1.0 if fails else 0.0,
        1.0 if kind is Outcome.CLIENT_ERROR else 0.0,
        {} if kind is Outcome.OK else {kind.value: total},
        {code_text: total} if code_text else {},
        {status_text: total} if status_text else {},
    )


@lru_cache(maxsize=4096)
def _interpret(code: int, status: int, flags: str, tcp: bool) -> tuple[Outcome, bool, str, str]:
    """The outcome, whether it is a failure, and response code and gRPC status as texts; empty where there is none."""
    outcome = classify(code, status, flags, tcp=tcp)
    return outcome, outcome.failed, "" if tcp else str(code), str(status) if status >= 0 else ""
