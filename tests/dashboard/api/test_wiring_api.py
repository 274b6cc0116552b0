"""The API of the wiring: history, versions, differences, what was in force."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import TypeAdapter

from dashboard.api.wiring_body import HistoryBody, InForceBody, VersionDetailBody
from meshhub.testing.fake_reads import FakeReads

Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(get_from: Callable[..., httpx.Response]) -> Ask:
    reads = FakeReads()

    def get(path: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        return get_from(reads, f"/api/v1/wiring/{path}?{urlencode(params or {})}")

    return get


def test_the_history_comes_in_pages_newest_first(ask: Ask) -> None:
    first = ask("history", {"limit": 3}).json()
    assert [each["name"] for each in first["versions"]] == ["v4", "v3", "v2"]
    assert first["versions"][1]["text"] == "ann rolled istio of shop (kubernetes prod) back to v1 (now v3): too much"
    rest = ask("history", {"limit": 3, "before": first["before"]}).json()
    assert [each["name"] for each in rest["versions"]] == ["v1"]
    assert rest["before"] is None
    assert ask("history", {"mesh": "other"}).json()["versions"] == []


def test_a_version_has_its_texts_and_what_it_changed_but_no_secret(ask: Ask) -> None:
    answer = ask("history/2")
    found = answer.json()
    assert found["before"]["name"] == "v1"
    assert [(each["name"], each["presence"]) for each in found["changes"]] == [
        ("telemetry.yaml", "changed"),
        ("token.yaml", "unchanged"),
    ]
    assert found["changes"][0]["fields"] == [
        {"path": "spec.tracing[0].randomSamplingPercentage", "before": "1", "after": "100"}
    ]
    assert "c2VjcmV0" not in answer.text
    assert ask("history/1").json()["before"] is None


def test_two_versions_are_compared(ask: Ask) -> None:
    same = ask("history/1/diff/3").json()["documents"]
    assert {each["presence"] for each in same} == {"unchanged"}
    other = ask("history/2/diff/1").json()["documents"]
    assert "-  - randomSamplingPercentage: 100" in other[0]["unified"]


def test_what_was_in_force_at_a_time_is_told(ask: Ask) -> None:
    asked = {"at": "2026-03-01T12:30:00Z", "service": "cart"}
    found = ask("in-force", asked).json()
    assert [each["name"] for each in found["versions"]] == ["v2"]
    assert [each["name"] for each in ask("in-force").json()["versions"]] == ["v4", "v3"]
    assert ask("in-force", {"at": "noon"}).status_code == 400


def test_what_is_not_there_is_a_404(ask: Ask) -> None:
    for path in ("history/9", "history/1/diff/9"):
        answer = ask(path)
        assert answer.status_code == 404
        assert "v9" in answer.json()["detail"]


def test_the_bodies_are_as_documented(ask: Ask) -> None:
    for path, body in (("history", HistoryBody), ("history/2", VersionDetailBody), ("in-force", InForceBody)):
        TypeAdapter(body).validate_python(ask(path).json(), extra="forbid")
