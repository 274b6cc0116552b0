import shlex
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from dashboard.ui.links import Links
from dashboard.ui.share import share

HREF = "http://hub:8080/ui/topology?window=1h&ns=shop"


def test_the_link_is_the_address() -> None:
    assert share("topology", "window=1h", HREF).link == HREF


def test_curl_and_command_ask_for_the_same_window() -> None:
    shared = share("topology", "?window=1h&end=2026-03-01T14:00:00Z&idle=off", HREF)
    assert shlex.split(shared.curl) == [
        "curl", "-s", "http://hub:8080/api/v1/graph?window=1h&end=2026-03-01T14%3A00%3A00Z",
    ]  # fmt: skip
    assert shared.cli == "meshhub graph --window 1h --end 2026-03-01T14:00:00Z --url http://hub:8080"
    assert share("topology", "", "http://127.0.0.1:8080/ui/").cli == "meshhub graph --window 15m"


def test_curl_asks_for_what_is_found_and_hidden_and_compared() -> None:
    found = shlex.split(share("topology", "?find=err+%3E+5%25&hide=idle&view=version", HREF).curl)[2]
    assert parse_qs(urlsplit(found).query) == {
        "window": ["15m"], "idle": ["true"], "find": ["err > 5%"], "hide": ["idle"], "view": ["version"],
    }  # fmt: skip
    compared = share("topology", "?window=1h&compare=1d", HREF).curl
    assert share("topology", "?window=1h&compare=1d&end=2026-03-01T14:00:00Z", HREF).cli == (
        "meshhub graph diff --before 1d --after 2026-03-01T13:00:00Z/2026-03-01T14:00:00Z --url http://hub:8080"
    )
    assert "--after nonsense" in share("topology", "?window=nonsense&compare=1d&end=x", HREF).cli
    assert compared == "curl -s 'http://hub:8080/api/v1/graph/diff?window=1h&compare=1d'"


@pytest.mark.parametrize("request_id", ["6f1c9d52-8f0e-9c1b-9c53-0b6a2d4f7e11", "x; rm -rf / '\"$(id)`"])
def test_a_request_is_shared_by_its_id_whatever_that_is(request_id: str) -> None:
    for path, command in (("requests", "request"), ("trace", "trace"), ("services", "services")):
        shared = share(path, urlencode({"id": request_id}), HREF)
        assert shlex.split(shared.cli)[:3] == ["meshhub", command, request_id]
        words = shlex.split(shared.curl)
        assert len(words) == 3
        assert " " not in words[2]


def test_an_expression_is_shared_with_its_page() -> None:
    words = shlex.split(share("logs", "?q=status+%3E%3D+500&window=1h", HREF).cli)
    assert words == ["meshhub", "logs", "status >= 500", "--window", "1h", "--url", "http://hub:8080"]
    assert "/api/v1/traces?q=error&window=15m" in share("requests", "?q=error", HREF).curl


def test_the_order_and_the_end_of_a_window_are_shared_with_an_expression() -> None:
    words = shlex.split(share("logs", "?q=error&end=2026-03-01T14:00:00Z&order=slowest", HREF).cli)
    assert words[:9] == [
        "meshhub", "logs", "error", "--window", "15m", "--end", "2026-03-01T14:00:00Z", "--order", "slowest",
    ]  # fmt: skip
    assert "q=error&window=15m&sort=errors" in share("requests", "?q=error&sort=errors", HREF).curl


@pytest.mark.parametrize(("path", "search", "api", "cli"), [
    ("slos", "", "slos", "meshhub slo list"),
    ("slos", "?slo=a%2Fb+c", "slos/a%2Fb%20c", "meshhub slo explain 'a/b c'"),
    ("alerts", "", "alerts", "meshhub alert list"),
    ("alerts", "?alert=00ff", "alerts/00ff", "meshhub alert show 00ff"),
])  # fmt: skip
def test_slos_and_alerts_are_shared_by_name(path: str, search: str, api: str, cli: str) -> None:
    shared = share(path, search, HREF)
    assert shlex.split(shared.curl)[2] == f"http://hub:8080/api/v1/{api}"
    assert shared.cli == f"{cli} --url http://hub:8080"


@pytest.mark.parametrize("path", ["services", "findings", "hub"])
def test_pages_share_their_own_answer(path: str) -> None:
    assert f"/api/v1/{path}?window=6h" in share(path, "?window=6h", HREF).curl


def test_a_link_is_the_view_but_for_its_changes() -> None:
    links = Links("/ui/", "?window=1h&ns=shop%2Cdata&select=x&labels=p95")
    assert links.here("topology", select="", open="shop") == (
        "/ui/topology?window=1h&ns=shop%2Cdata&labels=p95&open=shop"
    )
    assert Links("/ui/").here("hub") == "/ui/hub"
