"""The bodies of /api/v1/logs."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.journey_body import ExplanationBody
from dashboard.api.window_body import WindowBody

Cursor = Annotated[str | None, Field(description="Give it to go on after these; null where there are no more.")]


class LogLineBody(TypedDict):
    """One access log in short: what one proxy said of one request. Long texts are cut to 300 characters."""

    id: Annotated[str, Field(description="For /api/v1/logs/{id}.")]
    time: Annotated[str, Field(description="Start of the request, RFC 3339 to the microsecond.")]
    time_unix_nano: Annotated[str, Field(description="Text, as JSON has no such number.")]
    outcome: Annotated[str, Field(description="ok, 5xx, 4xx, grpc, no_response or reset.")]
    reporter: Annotated[str, Field(description="client or server: on which side of the call the proxy stands.")]
    service: str
    namespace: str
    instance: str
    source_service: str
    source_namespace: str
    source_version: str
    destination_kind: str
    destination_service: str
    destination_namespace: str
    destination_version: str
    method: str
    authority: str
    path: str
    route_name: str
    protocol: str
    transport: str
    response_code: Annotated[int, Field(description="0: no response.")]
    grpc_status: Annotated[int, Field(description="-1: not gRPC.")]
    response_flags: str
    response_code_details: str
    request_attempts: int
    bytes_received: int
    bytes_sent: int
    duration_us: int
    upstream_host: str
    security: str
    sampled: str
    request_id: str
    trace_id: str


class LogPageBody(TypedDict):
    """Access logs of a window."""

    window: WindowBody
    rows: list[LogLineBody]
    cursor: Cursor


class FacetValueBody(TypedDict):
    """A value of a field."""

    value: Annotated[str, Field(description="Empty: no value.")]
    requests: int
    words: Annotated[str, Field(description="What a code of Envoy means.")]
    margin: Annotated[
        int,
        Field(description="Of a sample: `requests` is off by no more in 95 of 100 cases. 0 where they were counted."),
    ]


class FacetBody(TypedDict):
    """The most frequent values of a field. In a window with very many access logs, those of a sample."""

    field: str
    values: Annotated[list[FacetValueBody], Field(description="Most frequent first.")]
    other: Annotated[int, Field(description="Requests with a value that is not listed.")]
    distinct: Annotated[int, Field(description="How many values there are; of a sample, at least.")]
    sample: Annotated[
        float | None,
        Field(description="The share of the window's access logs that were looked at; null where all were counted."),
    ]


class LogFacetsBody(TypedDict):
    """How the values of fields are spread over the access logs that match."""

    window: WindowBody
    total: Annotated[int, Field(description="Requests that match; an estimate where all facets are of a sample.")]
    facets: list[FacetBody]


class BinBody(TypedDict):
    """Requests that began in a part of the window."""

    start: Annotated[int, Field(description="Unix seconds.")]
    requests: int
    outcomes: Mapping[str, int]


class LogHistogramBody(TypedDict):
    """Access logs that match, over time. Bins have no gaps."""

    window: WindowBody
    step_seconds: int
    bins: list[BinBody]


class LogDetailBody(TypedDict):
    """One access log, whole."""

    id: str
    outcome: str
    columns: Annotated[
        Mapping[str, str | int], Field(description="Every column; docs/reference/storage explains them.")
    ]
    attributes: Mapping[str, str]
    flags: Annotated[list[ExplanationBody], Field(description="Response flags in words.")]
    details: Annotated[list[ExplanationBody], Field(description="Response code details in words.")]
