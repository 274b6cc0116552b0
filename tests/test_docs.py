"""Documents that cannot lie: the generated references are what the code says, and leave nothing out."""

import re
from pathlib import Path

import pytest

from meshhub.settings import load_settings
from meshhub.settings.catalogue import catalogue
from meshhub.settings.environment import OTHER_VARIABLES
from meshhub.testing.hub import RunningHub
from meshhub.testing.reference import PAGES, REFERENCE
from meshhub.testing.reference.commands import command_tree
from meshhub.testing.reference.metrics import instruments, prometheus_names

DOCS = REFERENCE.parent
SDK_METRICS = frozenset({"target_info"})


def reference(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    assert reference(name) == PAGES[name](), "run `python -m meshhub.testing.reference`"


def test_every_setting_is_explained_and_listed_with_its_variable() -> None:
    text = reference("settings.md")
    settings = catalogue().settings.values()
    assert [setting.dotted for setting in settings if not setting.description] == []
    assert [setting.dotted for setting in settings if f"`{setting.dotted}`" not in text] == []
    assert [setting.variable for setting in settings if f"`{setting.variable}`" not in text] == []
    assert [name for name in OTHER_VARIABLES if f"`{name}`" not in text] == []


def test_every_section_is_explained() -> None:
    sections = catalogue().sections
    lists = {path[:-1] for path in sections if path[-1:] == ("*",)}
    assert [path for path, text in sections.items() if not text and path not in lists] == []


def test_every_command_and_option_is_explained_and_listed() -> None:
    text = reference("cli.md")
    for name, command in command_tree():
        assert f"## `{name}`" in text
        assert command.help, f"{name} has no help"
        undescribed = [parameter.name for parameter in command.params if not parameter.help]
        assert undescribed == [], f"{name} has parameters without help"


def test_every_metric_that_a_hub_exposes_is_listed(hub: RunningHub) -> None:
    documented = set(prometheus_names(instruments()))
    exposed = set(re.findall(r"^# TYPE (\S+)", hub.get("/metrics").text, re.MULTILINE)) - SDK_METRICS
    assert len(exposed) > 10
    assert exposed - documented == set()
    assert all(instrument.description for instrument in instruments())


def yaml_examples(path: Path) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_examples_of_how_to_configure_load(tmp_path: Path) -> None:
    examples = yaml_examples(DOCS / "how-to" / "configure.md")
    assert examples
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    for number, example in enumerate(examples):
        path = tmp_path / f"{number}.yaml"
        path.write_text(re.sub(r"/run/secrets/\S+", str(secret), example), encoding="utf-8")
        load_settings(path)


def test_links_between_documents_lead_somewhere() -> None:
    links = [
        (path, target)
        for path in sorted(DOCS.rglob("*.md"))
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    ]
    assert [link for link in links if "://" not in link[1] and not (link[0].parent / link[1]).exists()] == []


def test_every_test_that_the_page_on_the_graph_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / "how-to" / "graph.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    missing = [
        f"{file}::{name}" for file, name in named if f"def {name}(" not in (DOCS.parent / file).read_text("utf-8")
    ]
    assert missing == []
