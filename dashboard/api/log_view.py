"""Turns what the access-log explorer answers into the bodies of /api/v1/logs."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from dashboard.api.journey_body import ExplanationBody
from dashboard.api.journey_view import show_time
from dashboard.api.log_body import FacetBody, LogDetailBody, LogFacetsBody, LogHistogramBody, LogPageBody
from dashboard.api.window_body import show_window
from dashboard.reads.facets import Facet
from dashboard.reads.log_answers import LogDetail, LogFacets, LogHistogram, LogPage
from dashboard.reads.logs import outcome_of
from meshhub.model import TimeRange
from storage.records.search import LogLine
from traces.model import Explanation


def show_log_page(page: LogPage, window: TimeRange) -> LogPageBody:
    return {"window": show_window(window), "rows": [show_line(line) for line in page.rows], "cursor": page.cursor}


def show_line(line: LogLine) -> Any:
    """A LogLineBody."""
    columns = asdict(line)
    del columns["received"]
    return columns | {
        "time": show_time(line.time_unix_nano),
        "time_unix_nano": str(line.time_unix_nano),
        "outcome": str(outcome_of(line)),
    }


def show_log_facets(facets: LogFacets, window: TimeRange) -> LogFacetsBody:
    return {"window": show_window(window), "total": facets.total, "facets": show_facets(facets.facets)}


def show_facets(facets: Iterable[Facet]) -> list[FacetBody]:
    return [
        {
            "field": facet.field,
            "values": [
                {"value": one.value, "requests": one.requests, "words": one.words, "margin": one.margin}
                for one in facet.values
            ],
            "other": facet.other,
            "distinct": facet.distinct,
            "sample": facet.sample,
        }
        for facet in facets
    ]


def show_histogram(histogram: LogHistogram) -> LogHistogramBody:
    return {
        "window": show_window(histogram.window),
        "step_seconds": histogram.step,
        "bins": [
            {
                "start": one.start,
                "requests": one.requests,
                "outcomes": {str(outcome): count for outcome, count in sorted(one.outcomes.items())},
            }
            for one in histogram.bins
        ],
    }


def show_log_detail(detail: LogDetail) -> LogDetailBody:
    columns = asdict(detail.log)
    attributes = columns.pop("attributes")
    columns["time_unix_nano"] = str(columns["time_unix_nano"])
    return {
        "id": detail.id,
        "outcome": str(detail.outcome),
        "columns": columns,
        "attributes": attributes,
        "flags": _explained(detail.flags),
        "details": _explained(detail.details),
    }


def _explained(explanations: Iterable[Explanation]) -> list[ExplanationBody]:
    return [{"code": one.code, "name": one.name, "text": one.text} for one in explanations]
