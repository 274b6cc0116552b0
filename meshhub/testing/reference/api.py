"""docs/reference/api.md from the API's description of itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI

from dashboard.api.router import create_router
from meshhub.clock import SystemClock
from meshhub.testing.fake_reads import FakeReads
from meshhub.testing.reference.markdown import code, page, table

INTRODUCTION = """\
The HTTP API of the hub, at the address of the pages (`web.address`). It is stable: members are added, never removed or
renamed within `/api/v1`; unknown ones are to be ignored. A description for machines is at `/api/openapi.json`.

Bodies are JSON. Errors are problem details (RFC 9457, `application/problem+json`): `status`, `title` and in `detail`
what could not be done, why, and what to do. Durations that end in `_us` are microseconds, in `_ms` milliseconds; times
are RFC 3339; shares are from 0 to 1. "Not measured" is `null`, never 0.

```
curl -s 'http://127.0.0.1:8080/api/v1/graph?window=15m' | jq -r '.edges[] | [.id, .error_share] | @tsv'
curl -s "http://127.0.0.1:8080/api/v1/requests/$REQUEST_ID" | jq '.hops[] | {id, path, outcome}'
```"""


def describe_api() -> dict[str, Any]:
    """The OpenAPI document of the routes under /api/v1."""
    app = FastAPI()
    clock = SystemClock()
    app.include_router(create_router(FakeReads(), clock))
    return app.openapi()


def api_page() -> str:
    """The page: the routes, then every object that their bodies are made of."""
    description = describe_api()
    parts = [_route(path, operation) for path, operation in sorted(description["paths"].items())]
    parts.append("## Objects\n\nEvery member is always there.")
    parts += [
        f"### {name}\n\n{schema['description']}\n\n{_members(schema)}"
        for name, schema in sorted(description["components"]["schemas"].items())
    ]
    return page("API", INTRODUCTION, *parts)


def _route(path: str, methods: Mapping[str, Any]) -> str:
    operation = methods["get"]
    parameters = table(
        ("Parameter", "In", "Default", "Meaning"), (_parameter(each) for each in operation["parameters"])
    )
    answers = table(
        ("Status", "Body", "When"),
        (_answer(status, answer) for status, answer in sorted(operation["responses"].items())),
    )
    return f"## GET {path}\n\n{operation['summary']}. {operation['description']}\n\n{parameters}\n\n{answers}"


def _parameter(parameter: Mapping[str, Any]) -> tuple[str, ...]:
    default = parameter["schema"].get("default")
    shown = "required" if parameter["required"] else "" if default in (None, []) else code(str(default).lower())
    return code(parameter["name"]), parameter["in"], shown, parameter.get("description", "")


def _answer(status: str, answer: Mapping[str, Any]) -> tuple[str, ...]:
    ((media, content),) = answer["content"].items()
    body = _type(content["schema"]) if media == "application/json" else "problem details"
    return status, body, "Answered." if status == "200" else answer["description"]


def _members(schema: Mapping[str, Any]) -> str:
    rows = ((code(name), _type(member), member.get("description", "")) for name, member in schema["properties"].items())
    return table(("Member", "Type", "Meaning"), rows)


def _type(schema: Mapping[str, Any]) -> str:
    """The type in words, as short as it can be."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_types(schema)}"
    if schema.get("type") == "object":
        return f"object of {_type(schema['additionalProperties'])}"
    return str(schema.get("format", schema.get("type", "any")))


def _types(schema: Mapping[str, Any]) -> str:
    items: Iterable[Mapping[str, Any]] = schema.get("prefixItems") or [schema["items"]]
    return ", ".join(_type(item) for item in items)
