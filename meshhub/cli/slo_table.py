"""SLOs in lines of text, from the bodies of /api/v1/slos."""

from collections.abc import Iterator, Mapping
from typing import Any

HEADS = ("SLO", "For", "Objective", "Stands", "Burn", "Budget left", "Measured")
NUMBERS = ("Objective", "Burn", "Budget left", "Measured")

_VERDICTS = {
    "burning": "BURNING",
    "held_back": "too few requests",
    "unknown": "not measured",
    "calm": "ok",
}


def rows(body: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """One row per SLO, in the order of the body."""
    for slo in body["slos"]:
        rates = [burn["long_rate"] for burn in slo["burn_rates"][:1] if burn["long_rate"] is not None]
        yield (
            slo["name"],
            slo["selects"],
            f"{round(slo['objective'] * 100, 6):g} %",
            _VERDICTS.get(slo["verdict"], slo["verdict"]),
            f"{rates[0]:.3g}×" if rates else "–",
            _percent(slo["budget"]["remaining"]),
            _percent(slo["coverage"]["share"]),
        )


def explanation_lines(body: Mapping[str, Any]) -> Iterator[str]:
    """What is said of an SLO, then its examples."""
    yield body["headline"]
    for sentence in body["sentences"]:
        yield f"  {sentence}"
    for example in body["examples"]:
        yield f"  e.g. meshhub request {example['request_id']}  ({example['outcome']}, {example['duration_ms']:g} ms)"
    if body["trouble"]:
        yield f"  {body['trouble']}"


def backtest_lines(body: Mapping[str, Any], days: int) -> Iterator[str]:
    """How often and when an SLO would have alerted."""
    total = sum(body["alerts"].values())
    times = ", ".join(f"{count}× {severity}" for severity, count in body["alerts"].items())
    said = f"would have alerted {total} times ({times})" if total else "would have alerted nobody"
    yield (
        f"{body['name']} {said} in the last {days} days: {body['bad']:,} of {body['requests']:,} requests were bad, "
        f"{body['measured_minutes']:,} minutes were measured."
    )
    for episode in body["episodes"]:
        until = _moment(episode["end"]) if episode["end"] else "now"
        yield f"  {episode['severity']}  {_moment(episode['start'])} to {until}  at most {episode['peak']:.3g}×"
    for note in body["notes"]:
        yield f"  note: {note}"


def _moment(text: str) -> str:
    return text[:16].replace("T", " ")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"
