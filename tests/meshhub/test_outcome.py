"""How a call ended, by response code, gRPC status and response flags."""

import pytest

from meshhub.outcome import Outcome, classify


@pytest.mark.parametrize(
    ("code", "grpc", "flags", "outcome"),
    [
        (200, -1, "", Outcome.OK),
        (101, -1, "", Outcome.OK),
        (304, -1, "RFCF", Outcome.OK),
        (200, 0, "", Outcome.OK),
        (200, -1, "DI", Outcome.OK),
        (404, -1, "NR", Outcome.CLIENT_ERROR),
        (429, -1, "RL", Outcome.CLIENT_ERROR),
        (500, -1, "", Outcome.SERVER_ERROR),
        (503, -1, "UF,URX", Outcome.SERVER_ERROR),
        (504, -1, "UT", Outcome.SERVER_ERROR),
        (200, 14, "", Outcome.GRPC),
        (200, 5, "", Outcome.GRPC),
        (503, 14, "UH", Outcome.GRPC),
        (0, -1, "DC", Outcome.RESET),
        (0, -1, "UR", Outcome.RESET),
        (0, -1, "SI", Outcome.NO_RESPONSE),
        (0, -1, "", Outcome.NO_RESPONSE),
        (0, 0, "DC", Outcome.RESET),
    ],
)
def test_a_request_has_one_outcome(code: int, grpc: int, flags: str, outcome: Outcome) -> None:
    assert classify(code, grpc, flags, tcp=False) is outcome


@pytest.mark.parametrize(
    ("flags", "outcome"),
    [
        ("", Outcome.OK),
        ("UF", Outcome.NO_RESPONSE),
        ("UH", Outcome.NO_RESPONSE),
        ("UF,URX", Outcome.NO_RESPONSE),
        ("UC", Outcome.RESET),
        ("DT", Outcome.RESET),
        ("SOMETHING_NEW", Outcome.OK),
    ],
)
def test_a_connection_is_judged_by_its_flags(flags: str, outcome: Outcome) -> None:
    assert classify(0, -1, flags, tcp=True) is outcome


def test_answers_that_blame_the_caller_are_no_failures_of_the_callee() -> None:
    assert [outcome.value for outcome in Outcome if not outcome.failed] == ["ok", "4xx"]
