"""/api/v1/doctor: how the wiring of the mesh stands, and what mends it."""

from datetime import timedelta
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Query, Response

from dashboard.api.doctor_body import DoctorBody, show_checkup
from dashboard.api.parameters import INVALID, UNAVAILABLE, UNUSABLE, json_response
from dashboard.api.problems import problem_responses
from dashboard.api.windows import UnusableWindow, read_length
from envoy_config.doctor.model import Checkup

LEAST, MOST = timedelta(minutes=1), timedelta(hours=1)
CheckedLength = Annotated[
    str, Query(alias="window", description="How much of the time before now is judged: 1m to 1h.")
]


class DoctorReads(Protocol):
    """dashboard.reads.doctor.DoctorReads."""

    def checkup(self, length: timedelta = ...) -> Checkup: ...


def add_routes(router: APIRouter, doctor: DoctorReads) -> None:
    """Add the routes of this family."""

    @router.get(
        "/doctor",
        summary="What is wired to the hub and what is not",
        description="Every proxy and signal: reporting, silent, missing, dropping, sampled at, clock, configuration; "
        "and what is wrong with it, with the evidence and the exact change that mends it, worst first. It is about "
        "now: the last reports are looked for a day back.",
        response_model=DoctorBody,
        responses=problem_responses(status_400=UNUSABLE, status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_doctor(window: CheckedLength = "5m") -> Response:
        try:
            length = read_length(window, least=LEAST, most=MOST)
        except UnusableWindow as error:
            raise HTTPException(400, str(error)) from error
        return json_response(show_checkup(doctor.checkup(length)))
