import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dash import Dash
from dash._utils import to_json
from dash.development.base_component import Component
from flask.testing import FlaskClient

from dashboard.ui import create_ui
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.fake_reads import FakeReads
from topology.model import ServiceGraph

NOW = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)


class StoppedClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


@dataclass(frozen=True)
class Ui:
    """The user interface with made-up answers behind it, called as a browser calls it."""

    app: Dash
    reads: FakeReads
    client: FlaskClient

    def call(self, output: str, *, changed: str = "", **inputs: Any) -> dict[str, Any]:
        """Call the callback that writes this output ("id.property"), because `changed` did; inputs are named
        `id__property` with underscores for dashes. What is not named is None."""
        name, callback = next((key, made) for key, made in self.app.callback_map.items() if output in _outputs(key))
        body = {
            "output": name,
            "outputs": _described(name),
            "inputs": [_with_value(each, inputs) for each in callback["inputs"]],
            "state": [_with_value(each, inputs) for each in callback["state"]],
            "changedPropIds": [changed] if changed else [],
        }
        answer = self.client.post("/_dash-update-component", json=body)
        assert answer.status_code == 200, answer.text
        response: dict[str, Any] = answer.json["response"] if answer.json else {}
        return response


@pytest.fixture
def ui() -> Ui:
    clock = StoppedClock()
    reads = FakeReads()
    app = create_ui(reads, clock)
    return Ui(app, reads, app.server.test_client())


@pytest.fixture
def window() -> TimeRange:
    return WINDOW


@pytest.fixture
def shop(window: TimeRange) -> ServiceGraph:
    return graphs.shop(window)


@pytest.fixture
def text() -> Callable[[Any], str]:
    """All that a component, or its JSON, says, in order, pieces apart by a blank."""
    return lambda component: " ".join(text_of(component).split())


@pytest.fixture
def written() -> Callable[[Any], str]:
    """A component as the JSON that the browser gets, with its characters as they are."""
    return written_of


def written_of(component: Any) -> str:
    return json.dumps(json.loads(to_json(component)), ensure_ascii=False)  # type: ignore[no-untyped-call]


def text_of(component: Any) -> str:
    plain = json.loads(written_of(component)) if isinstance(component, Component) else component
    if isinstance(plain, dict):
        return text_of(plain["props"].get("children")) if "props" in plain else ""
    if isinstance(plain, (list, tuple)):
        return " ".join(filter(None, (text_of(each) for each in plain)))
    return "" if plain is None else str(plain)


def _outputs(key: str) -> list[str]:
    return [output.split("@")[0] for output in key.strip(".").split("...")]


def _described(key: str) -> Any:
    parts = [dict(zip(("id", "property"), output.rsplit(".", 1), strict=True)) for output in _outputs(key)]
    return parts if key.startswith("..") else parts[0]


def _with_value(dependency: dict[str, str], inputs: dict[str, Any]) -> dict[str, Any]:
    name = f"{dependency['id']}__{dependency['property']}".replace("-", "_")
    return {**dependency, "value": inputs.get(name)}
