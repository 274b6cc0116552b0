"""Fixtures of all tests."""

from collections.abc import Iterator

import pytest

from meshhub.testing.engine import embedded_store, pytest_addoption  # noqa: F401 - a fixture, a hook
from meshhub.testing.hub import RunningHub, running_hub


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """One real hub for every test that only sends and asks; its own metrics are kept every second."""
    with running_hub(tmp_path_factory.mktemp("hub"), settings={"telemetry.history_seconds": "1"}) as hub:
        yield hub
