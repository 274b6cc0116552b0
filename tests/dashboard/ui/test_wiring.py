"""Rules that hold for all pages together."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dash.development.base_component import Component

import dashboard.ui
from dashboard.ui import content_security_policy, controls, ids
from dashboard.ui.pages.table import PAGES

ROOT = Path(dashboard.ui.__file__).parent
ASSETS = ROOT / "assets"
KNOWN_IDS = {value for name, value in vars(ids).items() if name.isupper()}


def components(part: Any) -> Iterator[Component]:
    if isinstance(part, (list, tuple)):
        for each in part:
            yield from components(each)
    elif isinstance(part, Component):
        yield part
        yield from components(getattr(part, "children", None))


def used_ids(ui: Any) -> list[str]:
    named = (getattr(part, "id", None) for part in components(ui.app.validation_layout))
    return [name for name in named if name]


def test_every_id_exists_once(ui: Any) -> None:
    assert [name for name, times in Counter(used_ids(ui)).items() if times > 1] == []


def test_every_id_is_in_the_list_of_ids(ui: Any) -> None:
    made = {f"{ids.NAVIGATION}-{page.path}" for page in PAGES}
    assert set(used_ids(ui)) - made == KNOWN_IDS


def test_callbacks_speak_of_elements_that_exist(ui: Any) -> None:
    existing = set(used_ids(ui))
    for callback in ui.app._callback_list:
        spoken = {each["id"] for part in ("inputs", "state") for each in callback[part]}
        spoken |= {output.rsplit(".", 1)[0] for output in outputs_of(callback)}
        assert spoken <= existing, callback["output"]


def test_no_output_is_written_twice(ui: Any) -> None:
    written = Counter(output for callback in ui.app._callback_list for output in outputs_of(callback))
    assert [output for output, times in written.items() if times > 1] == []


def outputs_of(callback: dict[str, Any]) -> list[str]:
    if callback.get("no_output"):
        return []
    return [output.split("@")[0] for output in callback["output"].strip(".").split("...") if output]


def test_every_control_is_bound_to_one_parameter() -> None:
    table = controls.table()
    assert len({control["parameter"] for control in table.values()}) == len(table)


def test_scripts_in_the_browser_are_files_so_that_the_policy_holds(ui: Any) -> None:
    assert ui.app._inline_scripts == []
    scripts = "".join(path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("*.js")))
    for callback in ui.app._callback_list:
        function = callback.get("clientside_function")
        if function:
            assert re.search(rf"\b{function['function_name']}\b", scripts)
            assert function["namespace"] in scripts


def test_ids_in_scripts_and_styles_exist(ui: Any) -> None:
    existing = set(used_ids(ui))
    for path in ASSETS.glob("*.js"):
        named = set(re.findall(r"[\"'#]((?:frame|topology|requests|hub)-[a-z-]+)", path.read_text(encoding="utf-8")))
        assert named <= existing, path.name


def test_nothing_is_loaded_from_another_host(ui: Any) -> None:
    page = ui.client.get("/").get_data(as_text=True)
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]+", page) == []
    for path in [*ASSETS.glob("*.css"), *ASSETS.glob("*.js")]:
        addresses = re.findall(r"https?://[^\s\"')]+", path.read_text(encoding="utf-8"))
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, path.name


def test_the_policy_has_no_way_for_foreign_or_inline_scripts(ui: Any) -> None:
    rules = dict(rule.split(" ", 1) for rule in content_security_policy(ui.app).split("; "))
    assert rules["default-src"] == "'self'"
    assert re.fullmatch(r"'self' 'sha256-[^']+'", rules["script-src"])
    assert "unsafe-eval" not in content_security_policy(ui.app)


def test_telemetry_is_never_markup() -> None:
    for path in ROOT.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"dangerously_allow_html|dangerouslySetInnerHTML|dcc\.Markdown|srcDoc", source), path
    for path in ASSETS.glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", path.read_text("utf-8")), (
            path
        )


def test_no_callback_is_global() -> None:
    for path in ROOT.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*@callback|import callback\b|use_pages=True", source, re.MULTILINE), path


def test_scripts_and_styles_are_served_under_the_prefix(ui: Any) -> None:
    page = ui.client.get("/").get_data(as_text=True)
    assert all(address.startswith("/ui/") for address in re.findall(r"(?:src|href)=\"([^\"]+)\"", page))
    assert "assets/topology.js" in page
