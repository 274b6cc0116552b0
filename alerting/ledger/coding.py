"""Alerts, silences and what was told as JSON, and back."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from alerting.alerts.model import Acknowledgement, Alert, AlertState
from alerting.groups import Told
from alerting.matchers import Matcher
from alerting.silences import Silence


def write_alert(alert: Alert) -> str:
    """An alert as JSON."""
    return _dump(alert_content(alert))


def alert_content(alert: Alert) -> dict[str, Any]:
    """An alert as plain values; times are Unix seconds."""
    held = alert.acknowledged
    return {
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "state": alert.state.value,
        "starts_at": alert.starts_at.timestamp(),
        "last_met": alert.last_met.timestamp(),
        "generator_url": alert.generator_url,
        "fired_at": _seconds(alert.fired_at),
        "ends_at": _seconds(alert.ends_at),
        "acknowledged": None if held is None else [held.by, held.at.timestamp(), held.comment],
        "changes": [at.timestamp() for at in alert.changes],
        "flapping": alert.flapping,
        "fingerprint": alert.fingerprint,
    }


def read_alert(text: str) -> Alert:
    """What `write_alert` wrote."""
    return alert_of(json.loads(text))


def alert_of(content: Mapping[str, Any]) -> Alert:
    """What `alert_content` made."""
    held = content["acknowledged"]
    return Alert(
        content["fingerprint"],
        content["labels"],
        content["annotations"],
        AlertState(content["state"]),
        _time(content["starts_at"]),
        _time(content["last_met"]),
        content["generator_url"],
        _maybe_time(content["fired_at"]),
        _maybe_time(content["ends_at"]),
        None if held is None else Acknowledgement(held[0], _time(held[1]), held[2]),
        tuple(_time(at) for at in content["changes"]),
        content["flapping"],
    )


def write_told(told: Told) -> str:
    """What a receiver was told as JSON."""
    return _dump(
        {
            "at": told.at.timestamp(),
            "firing": sorted(told.firing),
            "resolved": sorted(told.resolved),
            "acknowledged": told.acknowledged,
        }
    )


def read_told(key: str, text: str) -> Told:
    """What `write_told` wrote."""
    content = json.loads(text)
    firing, resolved = frozenset(content["firing"]), frozenset(content["resolved"])
    return Told(key, _time(content["at"]), firing, resolved, content["acknowledged"])


def write_silence(silence: Silence) -> str:
    """A silence as JSON."""
    return _dump(
        {
            "matchers": [[matcher.name, matcher.operator, matcher.value] for matcher in silence.matchers],
            "starts_at": silence.starts_at.timestamp(),
            "ends_at": silence.ends_at.timestamp(),
            "created_by": silence.created_by,
            "comment": silence.comment,
            "updated_at": silence.updated_at.timestamp(),
        }
    )


def read_silence(silence_id: str, text: str) -> Silence:
    """What `write_silence` wrote."""
    content = json.loads(text)
    return Silence(
        silence_id,
        tuple(Matcher(*parts) for parts in content["matchers"]),
        _time(content["starts_at"]),
        _time(content["ends_at"]),
        content["created_by"],
        content["comment"],
        _time(content["updated_at"]),
    )


def _dump(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _seconds(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()


def _maybe_time(seconds: float | None) -> datetime | None:
    return None if seconds is None else _time(seconds)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
