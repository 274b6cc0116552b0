"""The document of the find language has every field and only expressions that can be read."""

import re
from pathlib import Path

from meshhub.expression import parse
from meshhub.settings import load_settings
from topology.find import FIELDS

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def test_every_field_is_explained_with_its_other_names() -> None:
    text = (HOW_TO / "find-language.md").read_text(encoding="utf-8")
    for field in FIELDS:
        aliases = ", ".join(f"`{alias}`" for alias in field.aliases)
        members = f": {', '.join(field.members)}" if field.members else ""
        assert f"| `{field.name}` | {aliases} | {field.description}{members} ({field.kind}) |" in text


def test_the_examples_can_be_read() -> None:
    text = (HOW_TO / "find-language.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for line in block.splitlines():
        parse(line, FIELDS)
    for expression in ("not flag=UF", "p99 != 1ms", "not p99 exists", 'name="a b"'):
        assert expression in text
        parse(expression, FIELDS)


def test_the_example_of_settings_loads(tmp_path: Path) -> None:
    text = (HOW_TO / "health.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    (tmp_path / "hub.yaml").write_text(example, encoding="utf-8")
    rules = load_settings(tmp_path / "hub.yaml").settings.topology.health.rules
    assert [rule.service for rule in rules] == ["search|catalog", "batch"]
