"""The mesh page by value."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.reads.wiring_bundles import Bundles
from dashboard.ui import ids
from dashboard.ui.links import Links
from dashboard.ui.views.doctor import doctor
from dashboard.ui.views.mesh_proxies import proxies
from dashboard.ui.views.wiring_bundles import MOST_DOCUMENTS, bundles
from envoy_config.doctor.model import Cure, SamplingRemedy
from envoy_config.history.history import History
from envoy_config.settings import WiringSettings
from meshhub.clock import SystemClock
from meshhub.errors import StorageError
from meshhub.principal import Principal, Role, acting_as
from meshhub.testing.fake_doctor import FakeDoctorReads
from meshhub.testing.fake_wiring import fake_wiring
from meshhub.testing.mood import Mood
from traces.finders.model import Severity

Text = Callable[[Any], str]
MESH_FILE = """
apiVersion: meshhub/v1
hub: {otlp: "meshhub.observability.svc.cluster.local:4317"}
meshes:
- {name: prod, kind: istio, version: "1.31"}
"""
PLAIN_MESH_FILE = """
apiVersion: meshhub/v1
cluster: shop
trust_domain: shop.example
certificates: /etc/certificates
hub: {otlp: "meshhub.observability:4317"}
"""
CHECKUP = FakeDoctorReads(Mood()).made


def test_nothing_is_to_mend_where_all_is_healthy_but_for_notes(text: Text) -> None:
    notes = replace(CHECKUP, diagnoses=(replace(CHECKUP.diagnoses[0], severity=Severity.NOTE),))
    said = text(doctor(notes, Links("/ui/")))
    assert "1 thing worth a look in the wiring of 4 proxies of 3 workloads." in said


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


def test_what_the_hub_configures_itself_is_told(ui: Any, text: Text) -> None:
    answer = ui.call(f"{ids.MESH_BODY}.children", frame_location__search="?tab=proxies")
    said = text(answer[ids.MESH_BODY]["children"])
    assert "Current 2 of 4 proxies" in said
    assert "its certificate says spiffe://demo/ns/shop/sa/ratings" in said


def test_a_hub_without_a_mesh_file_says_how_to_have_one(ui: Any, text: Text) -> None:
    answer = ui.call(f"{ids.MESH_BODY}.children", frame_location__search="?tab=bundles")
    assert "This hub has no mesh file" in text(answer[ids.MESH_BODY]["children"])


def test_a_bundle_shows_what_arrives_and_its_documents(text: Text, tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text(MESH_FILE, encoding="utf-8")
    made = Bundles(WiringSettings(mesh_file=file), History(":memory:"), SystemClock()).bundles()
    said = text(bundles(made, Links("/ui/")))
    assert "prod istio 1.31" in said
    assert "Never applied by this hub" in said
    assert "telemetry" in said.lower()
    assert "access logs" in said
    assert "pushed" in said


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The mesh file of the mesh that the history of fake_wiring is of; no request is traced."""
    file = tmp_path / "mesh.yaml"
    file.write_text(MESH_FILE.replace("prod", "shop") + "sampling_percent: 0\n", encoding="utf-8")
    return file


def test_what_is_wrong_with_a_bundle_stands_worst_first_with_its_place(text: Text, shop: Path) -> None:
    said = text(bundles(fake_wiring(shop).bundles.bundles(), Links("/ui/")))
    assert said.index("▲ warning MH010") < said.index("○ info")
    assert "Telemetry istio-system/meshhub · spec .tracing[0] .randomSamplingPercentage" in said


def test_a_bundle_says_when_it_was_applied_and_what_applying_it_again_would_change(
    text: Text, written: Callable[[Any], str], shop: Path
) -> None:
    shown = bundles(fake_wiring(shop).bundles.bundles(), Links("/ui/", "?tab=bundles"))
    assert "Last rolled back: v3 at 2026-03-01 13:00:00 UTC by ann (kubernetes prod): too much" in text(shown)
    assert "/ui/mesh?tab=history&version=3" in written(shown)
    assert "− removed" in text(shown)


def test_what_the_hub_serves_is_in_force_without_a_command(text: Text, tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text(PLAIN_MESH_FILE, encoding="utf-8")
    said = text(bundles(fake_wiring(file).bundles.bundles(), Links("/ui/")))
    assert "Served live (ADS): v4 at 2026-03-01 14:00:00 UTC" in said
    assert "What applying would change" not in said
    assert "meshhub wire apply" not in said


def test_bundles_are_made_anew_only_when_the_mesh_file_says_something_else(shop: Path) -> None:
    made = fake_wiring(shop).bundles
    [first] = made.bundles()
    [again] = made.bundles()
    assert again.documents is first.documents
    assert made.bundle("shop").checked is first.checked
    shop.write_text(shop.read_text(encoding="utf-8").replace("sampling_percent: 0", "sampling_percent: 7"))
    [changed] = made.bundles()
    assert changed.documents != first.documents
    assert not [each for each in changed.checked.findings if each.code == "MH010"]


def test_of_a_mesh_with_very_many_proxies_not_every_document_is_shown(text: Text, shop: Path) -> None:
    [found] = fake_wiring(shop).bundles.bundles()
    many = replace(found, documents=found.documents * 100)
    said = text(bundles([many], Links("/ui/")))
    assert said.count("telemetry-istio-system-meshhub.yaml namespace") <= MOST_DOCUMENTS
    assert f"{len(many.documents) - MOST_DOCUMENTS:,} more: meshhub wire emit mesh.yaml --mesh shop" in said


def test_a_remedy_is_a_button_that_says_what_it_does(written: Callable[[Any], str], text: Text) -> None:
    cure = Cure("Set the sampling.", "meshhub wire sampling 10", SamplingRemedy(10, "cart"))
    shown = doctor(replace(CHECKUP, diagnoses=(replace(CHECKUP.diagnoses[0], cure=cure),)), Links("/ui/"))
    assert "Set sampling to 10 % now" in text(shown)
    assert "data-percent" in written(shown)


def test_pressing_it_has_the_hub_make_the_change(ui: Any, text: Text) -> None:
    answer = ui.call(f"{ids.MESH_SAID}.children", mesh_deed__data={"percent": 10, "service": "", "at": 7})
    assert "sampling of all services without their own: 10.0 %" in text(answer[ids.MESH_SAID]["children"])
    assert answer[ids.MESH_DONE]["data"] == 7


@pytest.mark.parametrize("percent", [None, "50", -1, 101, True, [], 1e309])
def test_what_is_no_percentage_changes_nothing(ui: Any, text: Text, percent: object) -> None:
    answer = ui.call(f"{ids.MESH_SAID}.children", mesh_deed__data={"percent": percent, "at": 7})
    assert "Expected a number from 0 to 100" in text(answer[ids.MESH_SAID]["children"])


def test_a_viewer_may_not_press_it(ui: Any, text: Text) -> None:
    with acting_as(Principal("eve", Role.VIEWER)):
        answer = ui.call(f"{ids.MESH_SAID}.children", mesh_deed__data={"percent": 10, "at": 7})
    assert "takes the role operator" in text(answer[ids.MESH_SAID]["children"])
