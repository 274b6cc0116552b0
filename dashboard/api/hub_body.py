"""The body of GET /api/v1/hub."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.window_body import AgeBody, WindowBody, show_age, show_window
from dashboard.reads.hub import HubHealth, Process


class TableBody(TypedDict):
    """What one table of the store takes on disk."""

    name: str
    rows: int
    bytes_on_disk: int
    bytes_uncompressed: int
    parts: int


class SeriesBody(TypedDict):
    """The course of one of the hub's own metrics."""

    metric: str
    attributes: dict[str, str]
    points: Annotated[list[tuple[float, float]], Field(description="Unix seconds and value, by time.")]


class HubBody(TypedDict):
    """How the hub itself is doing."""

    window: WindowBody
    freshness: AgeBody
    tables: Annotated[list[TableBody], Field(description="Largest first.")]
    series: list[SeriesBody]


class ProcessBody(TypedDict):
    """A process of the hub, as it was last heard of."""

    name: str
    roles: list[str]
    version: str
    age_seconds: Annotated[float, Field(description="How long ago it was heard of.")]
    state: Annotated[str, Field(description="well, troubled, silent (gone without a word, or cut off) or ended.")]
    trouble: Annotated[dict[str, str], Field(description="What it said was wrong, by the names of its checks.")]
    leads: Annotated[bool | None, Field(description="Whether it evaluates SLOs; null where it never would.")]


class ProcessesBody(TypedDict):
    """The processes of the hub that were heard of in the last ten minutes."""

    processes: list[ProcessBody]


def show_processes(processes: Sequence[Process]) -> ProcessesBody:
    """The body."""
    return {"processes": [_process(each) for each in processes]}


def _process(process: Process) -> ProcessBody:
    return {
        "name": process.name,
        "roles": list(process.roles),
        "version": process.version,
        "age_seconds": process.age_seconds,
        "state": process.state,
        "trouble": dict(process.trouble),
        "leads": process.leads,
    }


def show_hub(health: HubHealth) -> HubBody:
    """The body."""
    return {
        "window": show_window(health.window),
        "freshness": show_age(health.age),
        "tables": [
            {
                "name": table.table_name,
                "rows": table.total_rows,
                "bytes_on_disk": table.bytes_on_disk,
                "bytes_uncompressed": table.bytes_uncompressed,
                "parts": table.parts,
            }
            for table in health.tables
        ],
        "series": [
            {"metric": series.metric, "attributes": dict(series.attributes), "points": list(series.points)}
            for series in health.series
        ],
    }
