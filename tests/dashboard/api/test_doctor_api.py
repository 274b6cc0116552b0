"""/api/v1/doctor."""

from collections.abc import Callable

import httpx
import pytest
from pydantic import TypeAdapter

from dashboard.api.doctor_body import DoctorBody

Ask = Callable[..., httpx.Response]


def test_the_wiring_is_described_as_documented(get: Ask) -> None:
    answer = get("/api/v1/doctor", {"window": "5m"})
    assert answer.status_code == 200
    TypeAdapter(DoctorBody).validate_python(answer.json(), extra="forbid")


@pytest.mark.parametrize("window", ["1s", "2h", "soon", "", "-5m", "5m' OR 1=1"])
def test_a_window_that_cannot_be_judged_is_refused_with_the_reason(get: Ask, window: str) -> None:
    answer = get("/api/v1/doctor", {"window": window})
    assert answer.status_code == 400
    assert "window" in answer.json()["detail"]
