"""Turns what searches find into the bodies of the API."""

from collections.abc import Iterable

from dashboard.api.journey_view import show_time
from dashboard.api.log_view import show_facets
from dashboard.api.search_body import (
    CompletionBody,
    ContrastBody,
    ScatterBody,
    SearchBody,
    SearchFacetsBody,
    TraceHitBody,
)
from dashboard.api.window_body import show_window
from dashboard.reads.search_answers import SearchFacets
from meshhub.expression import Suggestion
from meshhub.model import TimeRange
from traces.difference import Contrast
from traces.search import Scatter, SearchPage, TraceHit


def show_search(page: SearchPage) -> SearchBody:
    return {
        "window": show_window(page.window),
        "searched": None if page.searched is None else show_window(page.searched),
        "progress": round(page.progress, 4),
        "done": page.done,
        "traces": [show_hit(hit) for hit in page.hits],
        "cursor": page.cursor,
    }


def show_hit(hit: TraceHit) -> TraceHitBody:
    return {
        "id": hit.id,
        "trace_id": hit.trace_id,
        "request_id": hit.request_id,
        "sampled": hit.sampled,
        "root_namespace": hit.root_namespace,
        "root_service": hit.root_service,
        "root_operation": hit.root_operation,
        "start": show_time(hit.start_unix_nano),
        "start_unix_nano": str(hit.start_unix_nano),
        "duration_us": hit.duration_us,
        "spans": hit.spans,
        "access_logs": hit.access_logs,
        "errors": hit.errors,
        "services": list(hit.services),
        "status": hit.status,
        "grpc_status": hit.grpc_status,
        "flags": list(hit.flags),
    }


def show_search_facets(facets: SearchFacets) -> SearchFacetsBody:
    return {
        "window": show_window(facets.window),
        "covered": show_window(facets.covered),
        "requests": facets.requests,
        "facets": show_facets(facets.facets),
    }


def show_scatter(scatter: Scatter) -> ScatterBody:
    return {
        "window": show_window(scatter.window),
        "covered": show_window(scatter.covered),
        "requests": scatter.requests,
        "points": [
            {
                "id": point.id,
                "start_unix_nano": str(point.start_unix_nano),
                "duration_us": point.duration_us,
                "failed": point.failed,
                "sampled": point.sampled,
                "service": point.service,
                "operation": point.operation,
            }
            for point in scatter.points
        ],
    }


def show_contrast(contrast: Contrast, window: TimeRange) -> ContrastBody:
    return {
        "window": show_window(window),
        "selected": contrast.selected,
        "rest": contrast.rest,
        "sampled": contrast.sampled,
        "attributes": [
            {
                "key": one.key,
                "value": one.value,
                "selected": one.selected,
                "rest": one.rest,
                "selected_share": one.selected_share,
                "rest_share": one.rest_share,
                "lift": one.lift,
                "p_value": one.p_value,
                "significant": one.significant,
            }
            for one in contrast.attributes
        ],
    }


def show_completion(suggestions: Iterable[Suggestion]) -> CompletionBody:
    return {
        "suggestions": [
            {"text": one.text, "part": str(one.part), "start": one.start, "end": one.end, "detail": one.detail}
            for one in suggestions
        ]
    }
