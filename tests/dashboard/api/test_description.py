"""The API describes itself; docs/reference/api.md is made of that (tests/test_docs.py)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from meshhub.testing.reference.api import describe_api


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return describe_api()


WITHOUT_THE_STORE = {
    "/api/v1/traces/inspect",
    "/api/v1/wiring/check",
    "/api/v1/wiring/faults",
    "/api/v1/wiring/proxies",
    "/api/v1/wiring/proxies/{node}",
    "/api/v1/wiring/sampling",
}
"""What is answered without asking the store."""


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        yield from ((path, operation) for operation in methods.values())


def reference_of(operation: dict[str, Any]) -> str:
    """The schema that a route takes as its body: what may be left out of it is not required."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def test_every_route_is_summarized_and_describes_its_problems(description: dict[str, Any]) -> None:
    for path, operation in operations(description):
        assert operation["summary"], path
        assert operation["description"], path
        problems = {status for status in operation["responses"] if status not in ("200", "202", "304")}
        expected = set() if path in WITHOUT_THE_STORE else {"503"}
        assert expected | ({"422"} if operation.get("parameters") else set()) <= problems, path
        for status in problems:
            assert set(operation["responses"][status]["content"]) == {"application/problem+json"}


def test_every_body_is_documented(description: dict[str, Any]) -> None:
    asked = {reference_of(operation) for _, operation in operations(description)}
    schemas = description["components"]["schemas"]
    asked |= {part for name in asked if name for part in re.findall(r"#/components/schemas/(\w+)", str(schemas[name]))}
    for name, schema in schemas.items():
        assert schema.get("description"), name
        if "properties" in schema and name not in asked:
            assert schema["required"] == list(schema["properties"]), name
