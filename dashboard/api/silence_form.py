"""Reads the silences that people ask for."""

import secrets
from datetime import UTC, datetime, timedelta

from alerting.matchers import parse_matchers
from alerting.silences import Silence, UnusableSilence
from alerting.specification.quantities import read_length
from dashboard.api.alerts_body import WantedSilence


def read_silence(wanted: WantedSilence, now: datetime) -> Silence:
    """The silence that is asked for; without an id it gets a new one.

    Raises:
        UnusableSilence: a time or length cannot be read, or both or neither say when it ends.
        UnreadableMatcher: a matcher cannot be read.
    """
    starts_at = _time("starts_at", wanted.starts_at) if wanted.starts_at else now
    if bool(wanted.ends_at) == bool(wanted.duration):
        raise UnusableSilence("could not make the silence: give either ends_at or duration")
    ends_at = _time("ends_at", wanted.ends_at) if wanted.ends_at else starts_at + _length(wanted.duration)
    return Silence(
        wanted.id or secrets.token_hex(16),
        parse_matchers(wanted.matchers),
        starts_at,
        ends_at,
        wanted.created_by,
        wanted.comment,
        now,
    )


def _time(name: str, text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            raise ValueError("no time zone")
        return time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnusableSilence(
            f"could not read {name}={text}: it takes a time like 2026-03-01T14:00:00Z ({error})"
        ) from error


def _length(text: str) -> timedelta:
    try:
        return read_length(text)
    except ValueError as error:
        raise UnusableSilence(f"could not read duration={text}: {error}") from error
