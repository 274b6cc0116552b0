"""What the API answers when the hub cannot."""

from collections.abc import Callable

import httpx
import pytest

from meshhub.errors import StorageError
from meshhub.testing.fake_reads import FakeReads

PATHS = ("/api/v1/graph", "/api/v1/hub", "/api/v1/requests/1")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("retryable", "status"), [(True, 503), (False, 500)])
def test_an_engine_that_fails_is_a_problem_that_says_whether_to_try_again(
    get_from: Callable[..., httpx.Response], path: str, retryable: bool, status: int
) -> None:
    reads = FakeReads()
    reads.mood.failure = StorageError("could not reach the engine: refused", retryable=retryable)
    answer = get_from(reads, path)
    assert (answer.status_code, answer.json()["detail"]) == (status, "could not reach the engine: refused")
    assert ("retry-after" in answer.headers) is retryable


def test_made_up_journeys_are_shown_too(get_from: Callable[..., httpx.Response]) -> None:
    assert get_from(FakeReads(), "/api/v1/graph").status_code == 200
