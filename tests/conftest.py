"""Fixtures of all tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from meshhub.testing.engine import embedded_store, pytest_addoption  # noqa: F401 - a fixture, a hook
from meshhub.testing.hub import RunningHub, running_hub

# No test is timed: machines are noisy (benchmarks/ measures). In CI every run tries the same examples, so that one that
# fails can be repeated; elsewhere each run tries others.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """One real hub for every test that only sends and asks; its own metrics are kept every other second."""
    with running_hub(tmp_path_factory.mktemp("hub"), settings={"telemetry.history_seconds": "2"}) as hub:
        yield hub
