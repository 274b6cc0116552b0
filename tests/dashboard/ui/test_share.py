import shlex

import pytest

from dashboard.ui import query
from dashboard.ui.links import Links
from dashboard.ui.share import share

HREF = "http://hub:8080/ui/topology?window=1h&ns=shop"


def test_the_link_is_the_address() -> None:
    assert share("topology", query.parse("window=1h"), HREF).link == HREF


def test_curl_and_command_ask_for_the_same_window() -> None:
    shared = share("topology", query.parse("window=1h&end=2026-03-01T14:00:00Z"), HREF)
    assert shlex.split(shared.curl) == [
        "curl", "-s", "http://hub:8080/api/v1/graph?window=1h&end=2026-03-01T14%3A00%3A00Z",
    ]  # fmt: skip
    assert shared.cli == "meshhub graph --window 1h --end 2026-03-01T14:00:00Z --url http://hub:8080"
    assert share("topology", query.View(), "http://127.0.0.1:8080/ui/").cli == "meshhub graph --window 15m"


@pytest.mark.parametrize("request_id", ["6f1c9d52-8f0e-9c1b-9c53-0b6a2d4f7e11", "x; rm -rf / '\"$(id)`"])
def test_a_request_is_shared_by_its_id_whatever_that_is(request_id: str) -> None:
    shared = share("requests", query.View(request_id=request_id), HREF)
    assert shlex.split(shared.cli) == ["meshhub", "request", request_id, "--url", "http://hub:8080"]
    command = shlex.split(shared.curl)
    assert len(command) == 3
    assert " " not in command[2]


def test_a_link_is_the_view_but_for_its_changes() -> None:
    links = Links("/ui/", "?window=1h&ns=shop%2Cdata&select=x&labels=p95")
    assert links.here("topology", select="", open="shop") == (
        "/ui/topology?window=1h&ns=shop%2Cdata&labels=p95&open=shop"
    )
    assert Links("/ui/").here("hub") == "/ui/hub"
