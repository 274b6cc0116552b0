"""/api/v1/slos: promises, how they stand, why, and how they would have stood."""

from datetime import timedelta
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerting.evaluation.state import Evaluation
from dashboard.api.parameters import INVALID, UNAVAILABLE, json_response
from dashboard.api.problems import problem_responses
from dashboard.api.slo_body import DefaultsBody, PreviewBody, SloDetailBody, SlosBody
from dashboard.api.slo_view import show_defaults, show_detail, show_preview, show_slos
from dashboard.reads.slos import MAX_PREVIEW_DAYS, MAX_PREVIEWED, Defaults, Preview, SloDetail
from meshhub.errors import ConfigurationError

MAX_NAME = 200
MAX_SPECIFICATION = 64 * 1024

SloName = Annotated[str, Path(min_length=1, max_length=MAX_NAME, description="The name of an SLO.")]
Days = Annotated[int, Query(ge=1, le=MAX_PREVIEW_DAYS, description="How much of the past to show.")]


class PreviewRequest(BaseModel):
    """A specification to try on the past."""

    model_config = ConfigDict(extra="forbid")

    specification: Annotated[
        str, Field(min_length=1, max_length=MAX_SPECIFICATION, description="YAML: the hub's own form, or OpenSLO v1.")
    ]
    days: Annotated[int, Field(ge=1, le=MAX_PREVIEW_DAYS, description="How much of the past, in days.")]


class SloReads(Protocol):
    """dashboard.reads.slos.SloReads."""

    def overview(self) -> Evaluation: ...

    def detail(self, name: str, length: timedelta) -> SloDetail: ...

    def preview(self, text: str, length: timedelta) -> Preview: ...

    def defaults(self) -> Defaults: ...


def add_routes(router: APIRouter, slos: SloReads) -> None:
    """Add the routes of this family."""

    @router.get(
        "/slos",
        summary="All SLOs and how they stand",
        description="Burn rates, error budget and coverage of each, as the last evaluation found them; worst first.",
        response_model=SlosBody,
        responses=problem_responses(status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_slos() -> Response:
        return json_response(show_slos(slos.overview()))

    @router.get(
        "/slos/defaults",
        summary="Default SLOs for services that have none",
        description="An availability SLO of 99.9 % for every service of the last day without one, as a file to keep.",
        response_model=DefaultsBody,
        responses=problem_responses(status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_defaults() -> Response:
        return json_response(show_defaults(slos.defaults()))

    @router.get(
        "/slos/{name}",
        summary="One SLO: how it stands, why, and what it said before",
        description="With what carries the burn, example requests, the course of the budget and the times it alerted.",
        response_model=SloDetailBody,
        responses=problem_responses(
            status_404="There is no SLO of this name.", status_422=INVALID, status_503=UNAVAILABLE
        ),
    )
    def read_slo(name: SloName, days: Days = 7) -> Response:
        return json_response(show_detail(slos.detail(name, timedelta(days=days))))

    @router.post(
        "/slos/preview",
        summary="Try a specification on the past",
        description=f"When its SLOs (at most {MAX_PREVIEWED}) would have alerted, and how their budgets went. "
        "Nothing is kept.",
        response_model=PreviewBody,
        responses=problem_responses(
            status_400="The specification is wrong; the detail has every fault with its line.",
            status_422=INVALID,
            status_503=UNAVAILABLE,
        ),
    )
    def preview_slos(request: PreviewRequest) -> Response:
        try:
            found = slos.preview(request.specification, timedelta(days=request.days))
        except ConfigurationError as error:
            raise HTTPException(400, str(error)) from error
        return json_response(show_preview(found))
