"""Rows of spans."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """One span (table spans).

    `events` are (time in Unix nanoseconds, name, attributes), `links` (trace id, span id, attributes).
    `attribute_types` names the OTLP type of each attribute that is not a string; values of type array, kvlist and bytes
    are hex of their encoded form.
    """

    time_unix_nano: int
    duration_ns: int
    trace_id: str
    span_id: str
    parent_span_id: str
    trace_state: str
    flags: int
    name: str
    kind: str
    status_code: str
    status_message: str
    cluster: str
    namespace: str
    service: str
    version: str
    instance: str
    scope_name: str
    scope_version: str
    component: str
    request_id: str
    node_id: str
    method: str
    url: str
    protocol: str
    response_code: int
    response_flags: str
    user_agent: str
    peer_address: str
    request_size: int
    response_size: int
    upstream_cluster: str
    attributes: dict[str, str]
    attribute_types: dict[str, str]
    resource_attributes: str
    events: list[tuple[int, str, dict[str, str]]]
    links: list[tuple[str, str, dict[str, str]]]
