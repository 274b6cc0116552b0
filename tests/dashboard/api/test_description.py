"""The API describes itself; docs/reference/api.md is made of that (tests/test_docs.py)."""

from collections.abc import Iterator
from typing import Any

import pytest

from meshhub.testing.reference.api import describe_api


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return describe_api()


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        yield from ((path, operation) for operation in methods.values())


def test_every_route_is_summarized_and_describes_its_problems(description: dict[str, Any]) -> None:
    for path, operation in operations(description):
        assert operation["summary"], path
        assert operation["description"], path
        problems = {status for status in operation["responses"] if status not in ("200", "304")}
        assert ({"422", "503"} if operation.get("parameters") else {"503"}) <= problems, path
        for status in problems:
            assert set(operation["responses"][status]["content"]) == {"application/problem+json"}


def test_every_body_is_documented(description: dict[str, Any]) -> None:
    for name, schema in description["components"]["schemas"].items():
        assert schema.get("description"), name
        assert schema["required"] == list(schema["properties"]), name
