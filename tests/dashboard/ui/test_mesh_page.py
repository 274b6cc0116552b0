"""The mesh page by value."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dashboard.ui import ids
from dashboard.ui.links import Links
from dashboard.ui.views.doctor import doctor
from dashboard.ui.views.mesh_proxies import proxies
from meshhub.errors import StorageError
from meshhub.testing.fake_doctor import FakeDoctorReads
from meshhub.testing.mood import Mood

Text = Callable[[Any], str]
CHECKUP = FakeDoctorReads(Mood()).made


def test_faults_stand_worst_first_with_evidence_and_cure(text: Text) -> None:
    said = text(doctor(CHECKUP, Links("/ui/")))
    assert "2 things to mend in the wiring of 4 proxies of 3 workloads." in said
    assert said.index("cart refuses its configuration") < said.index("storefront sends no spans")
    assert "unknown cluster 'nope'" in said
    assert "meshhub wire rollback" in said
    assert "Access logs 3 of 4 1 silent" in said


def test_requests_that_show_a_fault_lead_to_their_journey(written: Callable[[Any], str]) -> None:
    said = written(doctor(CHECKUP, Links("/ui/", "?window=1h&tab=wiring")))
    assert "/ui/requests?window=1h&id=0f9b3c1e-5d0c-9f6e-8a5b-0c2f4a1d7e11" in said


def test_a_sound_mesh_says_so(text: Text) -> None:
    said = text(doctor(replace(CHECKUP, diagnoses=()), Links("/ui/")))
    assert "All 4 proxies of 3 workloads are wired as they should be." in said


def test_a_hub_that_nobody_reports_to_says_what_to_do(text: Text) -> None:
    said = text(doctor(replace(CHECKUP, standings=(), diagnoses=()), Links("/ui/")))
    assert "No proxy has reported yet" in said
    assert "meshhub wire emit" in said


def test_every_proxy_is_listed_with_its_signals(text: Text) -> None:
    said = text(proxies(CHECKUP))
    assert "ratings.shop@demo ratings-v1-1 ■ silent" in said
    assert "■ rejected" in said
    assert "storefront-v1-<b>2</b>" in said
    assert "4 s ahead" in said


def test_the_page_shows_the_tab_of_the_url(ui: Any, text: Text) -> None:
    answer = ui.call(f"{ids.MESH_BODY}.children", frame_location__search="?tab=proxies")
    assert "ratings-v1-1" in text(answer[ids.MESH_BODY]["children"])
    assert "/ui/mesh" in str(answer[ids.MESH_TABS]["children"])


def test_a_hub_that_cannot_answer_says_why(ui: Any, text: Text) -> None:
    ui.reads.mood.failure = StorageError("could not run a query: refused", retryable=True)
    answer = ui.call(f"{ids.MESH_BODY}.children", frame_location__search="")
    assert "Could not run a query" in text(answer[ids.MESH_BODY]["children"])


def test_the_history_says_who_put_what_in_force_and_why(ui: Any, text: Text) -> None:
    answer = ui.call(f"{ids.MESH_BODY}.children", frame_location__search="?tab=history")
    said = text(answer[ids.MESH_BODY]["children"])
    assert "bob applied istio of shop (kubernetes prod) sample all 2" in said
    assert "ann rolled back v1" in said


def test_a_version_shows_what_it_changed_and_no_secret(ui: Any, text: Text) -> None:
    answer = ui.call(f"{ids.MESH_BODY}.children", frame_location__search="?tab=history&version=2")
    said = text(answer[ids.MESH_BODY]["children"])
    assert "- - randomSamplingPercentage: 1" in said
    assert "+ - randomSamplingPercentage: 100" in said
    assert "meshhub wire rollback v2" in said
    assert "c2VjcmV0" not in str(answer)


@pytest.mark.parametrize("version", ["x", "-1", "9" * 40, "<b>", "99"])
def test_a_version_that_is_none_says_so(ui: Any, text: Text, version: str) -> None:
    answer = ui.call(f"{ids.MESH_BODY}.children", frame_location__search=f"?tab=history&version={version}")
    assert "Could not" in text(answer[ids.MESH_BODY]["children"])
