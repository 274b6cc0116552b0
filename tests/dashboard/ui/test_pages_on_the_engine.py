"""The pages of services and access logs on what the real engine answers."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from dashboard.reads import Reads
from dashboard.ui import create_ui
from meshhub.clock import SystemClock
from meshhub.model import Signal
from meshhub.testing.otlp import Proxy, access_log, inbound, load, logs_request, outbound
from storage.client import Store

Text = Callable[[Any], str]
SPACE = f"pages-{secrets.token_hex(4)}"


@pytest.fixture(scope="module")
def sent(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    """front called back 60 times, every third time in vain."""
    folder: Path = tmp_path_factory.mktemp("pages")
    front, back = Proxy("front", SPACE), Proxy("back", SPACE)
    start = time.time_ns() - 70 * 1_000_000_000
    calls, answers = [], []
    for index in range(60):
        at = start + index * 1_000_000_000
        failed = {"response_code": "503", "response_flags": "UF"} if index % 3 == 0 else {}
        named = {"request_id": f"{SPACE}-{index}", "duration_us": "7000"}
        calls.append(access_log(at, outbound(front, back, path=f"/item/{index}", **named, **failed)))
        if not failed:
            answers.append(access_log(at, inbound(front, back, path=f"/item/{index}", **named)))
    load(embedded_store, folder, Signal.LOGS, [logs_request(front, calls), logs_request(back, answers)])


@pytest.fixture
def real(ui: Any, embedded_store: Store, sent: None) -> Any:
    """The user interface on the store."""
    clock = SystemClock()
    app = create_ui(Reads(embedded_store, clock), clock)
    return type(ui)(app, None, app.server.test_client())


def test_the_list_and_the_page_of_a_service(real: Any, text: Text) -> None:
    answer = real.call("services-grid.rowData", frame_location__search=f"?window=5m&ns={SPACE}")
    rows = {row["service"]["text"]: row for row in answer["services-grid"]["rowData"]}
    assert list(rows) == ["back", "front"], "what fails is first"
    assert (rows["back"]["text"]["errors"], rows["back"]["health"]["health"]) == ("33.3 %", "failing")
    one = real.call("services-one.children", frame_location__search=f"?window=5m&id=lab:{SPACE}:back")
    said = text(one["services-one"]["children"])
    assert "As its callers saw it 60" in said
    assert "UF No connection to the upstream host could be made" in said
    assert "back-v1-1 v1 40 100 %" in said


def test_its_access_logs_are_found_by_the_link_of_its_page(real: Any) -> None:
    conditions = f'reporter != server and destination = "back" and destination_namespace = "{SPACE}"'
    expression = quote(f"{conditions} and failed")
    search = f"?window=5m&q={expression}"
    rows = real.call("logs-grid.rowData", frame_location__search=search)["logs-grid"]["rowData"]
    assert len(rows) == 20
    assert {row["answer"]["word"] for row in rows} == {"503"}
    panel = real.call("logs-panel.children", frame_location__search=f"{search}&row={rows[0]['id']}")
    assert "UpstreamConnectionFailure" in str(panel)


def test_facets_and_histogram_count_the_same_requests(real: Any, text: Text) -> None:
    expression = quote(f'reporter = client and source_namespace = "{SPACE}"')
    search = f"?window=5m&q={expression}"
    facets = real.call("logs-facets.children", frame_location__search=search)["logs-facets"]["children"]
    assert "Status 2 200 40 503 20" in text(facets)
    figure = real.call("logs-chart.figure", frame_location__search=search)["logs-chart"]["figure"]
    assert {band["name"]: sum(band["y"]) for band in figure["data"]} == {"ok": 40, "5xx": 20}


def test_names_are_completed_and_files_made(real: Any) -> None:
    offered = real.call("logs-offered.data", logs_written__data={"text": "destination = ", "cursor": 14})
    assert "suggestions" in offered["logs-offered"]["data"]


def test_the_tail_has_the_newest_rows(real: Any) -> None:
    expression = quote(f'source_namespace = "{SPACE}"')
    answer = real.call("logs-tailed.data", frame_location__search=f"?tail=on&q={expression}")
    assert "cursor" in answer["logs-tailed"]["data"]
