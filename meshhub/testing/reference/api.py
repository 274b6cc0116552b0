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
    parts = [
        _route(method.upper(), path, operation)
        for path, operations in sorted(description["paths"].items())
        for method, operation in sorted(operations.items())
    ]
    parts.append("## Objects\n\nEvery member of an answer is always there.")
    parts += [_object(name, schema) for name, schema in sorted(description["components"]["schemas"].items())]
    return page("API", INTRODUCTION, *parts)


def _route(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parts = [f"## {method} {path}", f"{operation['summary']}. {operation['description']}"]
    if operation.get("parameters"):
        parameters = (_parameter(each) for each in operation["parameters"])
        parts.append(table(("Parameter", "In", "Default", "Meaning"), parameters))
    if "requestBody" in operation:
        ((media, content),) = operation["requestBody"]["content"].items()
        parts.append(f"Takes {_type(content['schema'])} ({code(media)}).")
    answers = (_answer(status, answer) for status, answer in sorted(operation["responses"].items()))
    return "\n\n".join([*parts, table(("Status", "Body", "When"), answers)])


def _object(name: str, schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return f"### {name}\n\n{schema['description']}\n\nOne of {', '.join(map(code, schema['enum']))}."
    return f"### {name}\n\n{schema['description']}\n\n{_members(schema)}"


def _parameter(parameter: Mapping[str, Any]) -> tuple[str, ...]:
    default = parameter["schema"].get("default")
    shown = "required" if parameter["required"] else "" if default in (None, []) else code(str(default).lower())
    return code(parameter["name"]), parameter["in"], shown, parameter.get("description", "")


def _answer(status: str, answer: Mapping[str, Any]) -> tuple[str, ...]:
    bodies = [_body(media, content) for media, content in answer.get("content", {}).items()]
    body = " or ".join(dict.fromkeys(bodies)) or "none"
    return status, body, "Answered." if status == "200" else answer["description"]


def _body(media: str, content: Mapping[str, Any]) -> str:
    if media == "application/problem+json":
        return "problem details"
    return _type(content["schema"]) if media == "application/json" and content.get("schema") else code(media)


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
        values = schema.get("additionalProperties")
        return f"object of {_type(values)}" if isinstance(values, dict) else "object"
    return str(schema.get("format", schema.get("type", "any")))


def _types(schema: Mapping[str, Any]) -> str:
    items: Iterable[Mapping[str, Any]] = schema.get("prefixItems") or [schema.get("items", {})]
    return ", ".join(_type(item) for item in items)
