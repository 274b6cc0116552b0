"""docs/reference/mesh-file.md and the editors' schema: every key explained, and examples that load."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from envoy_config.intent import Intent, parse_intent
from envoy_config.intent.part import Part
from envoy_config.intent.schema import json_schema
from meshhub.testing.reference.mesh_file import mesh_file_page, sections

TEXT = mesh_file_page()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def rows(section: str) -> list[str]:
    """The keys of a section's table."""
    body = TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE)


@pytest.mark.parametrize("model", sections(), ids=lambda model: model.__name__)
def test_a_section_tells_every_key_and_what_it_means(model: type[Part]) -> None:
    assert rows(model.__name__) == [field.alias or key for key, field in model.model_fields.items()]
    assert [key for key, field in model.model_fields.items() if not field.description] == []


def test_there_are_examples_of_both_kinds() -> None:
    assert ["meshes:" in example for example in EXAMPLES] == [True, False]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_load(example: str) -> None:
    assert isinstance(parse_intent(example, origin="example", directory=Path()), Intent)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_schema_takes_the_examples(example: str) -> None:
    VALIDATOR.validate(yaml.safe_load(example))


def test_the_schema_takes_what_uses_everything(goldens: Path) -> None:
    VALIDATOR.validate(yaml.safe_load((goldens / "mesh.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "content",
    [
        {"apiVersion": "meshhub/v1", "hub": {"otlp": "a:1"}},
        {"apiVersion": "meshhub/v1", "hub": {"otlp": "a"}, "meshes": []},
        {"apiVersion": "meshhub/v2", "hub": {"otlp": "a:1"}, "meshes": []},
        {"apiVersion": "meshhub/v1", "hub": {"otlp": "a:1"}, "meshes": [{"name": "a", "kind": "nothing"}]},
        {"apiVersion": "meshhub/v1", "hub": {"otlp": "a:1"}, "meshes": [{"name": "a", "kind": "kuma", "typo": 1}]},
    ],
)
def test_the_schema_refuses_what_the_model_refuses(content: dict[str, Any]) -> None:
    assert list(VALIDATOR.iter_errors(content))
