"""The body of GET /api/v1/edges/{id}."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.graph_body import EdgeBody
from dashboard.api.window_body import WindowBody


class StepBody(TypedDict):
    """What was measured in one step."""

    time: Annotated[datetime, Field(description="Its start.")]
    requests: int
    errors: Annotated[Mapping[str, int], Field(description="Requests by kind: 5xx, 4xx, grpc, no_response, reset.")]
    latency_ms: Annotated[Mapping[str, float], Field(description="By quantile; empty without requests.")]


class SeriesBody(TypedDict):
    """Both views of the same calls over time; null where a side is not measured."""

    window: WindowBody
    step_seconds: int
    client: list[StepBody] | None
    server: list[StepBody] | None


class EdgeDetailBody(TypedDict):
    """An edge with its course."""

    window: WindowBody
    edge: EdgeBody
    series: SeriesBody
