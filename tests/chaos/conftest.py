"""Chaos: what is marked so runs long, and is run by `make chaos`."""

from collections.abc import Iterator

import pytest

from meshhub.testing.divided_hub import DividedHub, divided_hub
from meshhub.testing.divided_settings import ads_settings, alerting_settings
from meshhub.testing.webhook_receiver import WebhookReceiver, running_receiver


@pytest.fixture(scope="module")
def receiver() -> Iterator[WebhookReceiver]:
    """Who is paged."""
    with running_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory, receiver: WebhookReceiver) -> Iterator[DividedHub]:
    """A hub of which every role is a process of its own, two of them alerting ones."""
    folder = tmp_path_factory.mktemp("apart")
    alerting = alerting_settings(folder, receiver)
    roles = {
        "collector": {"telemetry.history_seconds": "2"},
        "web": alerting,
        "alerting-1": alerting,
        "alerting-2": alerting,
        "ads": ads_settings(folder),
    }
    with divided_hub(folder, roles) as hub:
        hub.start()
        yield hub
