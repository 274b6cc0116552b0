"""Rows about SLOs. Times are Unix seconds: the start of a step."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SloCount:
    """Requests of one SLO in one step: those that count, the bad ones, and in how many parts of it there were any.

    `slo` is the number under which the SLO was asked for.
    """

    slo: int
    bucket: int
    total: int
    bad: int
    busy: int


@dataclass(frozen=True, slots=True)
class MinutesSeen:
    """In how many minutes of a step something was seen."""

    bucket: int
    minutes: int


@dataclass(frozen=True, slots=True)
class CalledService:
    """A service that was called in a window. `http`: not by TCP alone."""

    service: str
    namespace: str
    requests: int
    http: int


@dataclass(frozen=True, slots=True)
class Share:
    """One value of one facet of an SLO's requests, as one side reported it, since a burn began and in the time before.

    `side` is server, client, or unreached: said by the client's proxy of what the server's has not seen.
    """

    side: str
    facet: str
    value: str
    requests: int
    bad: int
    baseline_requests: int
    baseline_bad: int
    first_seen: int


@dataclass(frozen=True, slots=True)
class BadRequest:
    """A request that was bad for an SLO. `trace` is empty where there is none (32 zeros)."""

    request_id: str
    trace: str
    time_unix_milli: int
    duration_us: int
    response_code: int
    grpc_status: int
    response_flags: str
    method: str
    path: str
