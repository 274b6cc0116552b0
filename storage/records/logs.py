"""Rows of applications' logs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record of an application (table logs)."""

    time_unix_nano: int
    cluster: str
    namespace: str
    service: str
    version: str
    instance: str
    severity_number: int
    severity_text: str
    event_name: str
    body: str
    trace_id: str
    span_id: str
    request_id: str
    scope_name: str
    attributes: dict[str, str]
