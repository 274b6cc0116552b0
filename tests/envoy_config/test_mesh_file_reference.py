"""docs/reference/mesh-file.md says what the model says: every key with its default, and examples that load."""

import re
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo

from envoy_config.intent import Mesh, parse_mesh
from envoy_config.intent.hub import Endpoint
from meshhub.configuration import Section

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "mesh-file.md").read_text(encoding="utf-8")


def sections(model: type[Section]) -> dict[str, type[Section]]:
    """A model and all models in it, by name; an endpoint is written as text and has no section."""
    found = {model.__name__: model}
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            if inner is not Endpoint and inner.__name__ not in found:
                found |= sections(inner)
    return found


def models_in(annotation: Any) -> list[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return [annotation]
    return [model for argument in get_args(annotation) for model in models_in(argument)]


def rows(section: str) -> dict[str, str]:
    """Key to default of a section's table."""
    body = TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", body, re.MULTILINE))


def told(field: FieldInfo) -> str | None:
    """How a default is written; None if it is a phrase of the document."""
    if field.is_required():
        return "required"
    if field.default is None or isinstance(field.default, Section) or field.default in ((), ("*",)):
        return None
    if isinstance(field.default, tuple):
        return ", ".join(item.value for item in field.default)
    if isinstance(field.default, Enum):
        return str(field.default.value)
    if field.default_factory is not None:
        return None
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default).strip("`")


@pytest.mark.parametrize("name", sorted(sections(Mesh)))
def test_a_section_tells_every_key_and_its_default(name: str) -> None:
    model = sections(Mesh)[name]
    table = rows(name)
    assert list(table) == [field.alias or key for key, field in model.model_fields.items()]
    for key, field in model.model_fields.items():
        expected = told(field)
        assert expected is None or table[field.alias or key].strip("`") == expected


def test_there_is_no_section_for_what_does_not_exist() -> None:
    known = {*sections(Mesh), "How applications use it"}
    assert set(re.findall(r"^## (.*)$", TEXT, re.MULTILINE)) == known


def test_the_examples_load() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert examples
    for example in examples:
        assert isinstance(parse_mesh(example, origin="example", directory=Path()), Mesh)
