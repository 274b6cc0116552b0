import json

import pytest

from dashboard.ui import ids
from dashboard.ui.topology_export import BUTTONS, file
from meshhub.testing.fake_reads import FakeReads
from topology.model import ServiceGraph


@pytest.mark.parametrize("button", sorted(BUTTONS))
def test_every_button_saves_the_graph_under_a_name_with_its_time(shop: ServiceGraph, button: str) -> None:
    made = file(shop, FakeReads().insights.health(shop), button)
    assert made["filename"].startswith("meshhub-2026-03-01-14-00-00.")
    assert "payment" in made["content"]
    assert made["base64"] is False


def test_json_is_the_answer_of_the_api(shop: ServiceGraph) -> None:
    made = file(shop, FakeReads().insights.health(shop), ids.TOPOLOGY_JSON)
    body = json.loads(made["content"])
    assert len(body["edges"]) == 16
    assert body["window"]["end"] == "2026-03-01T14:00:00Z"
