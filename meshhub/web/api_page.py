"""Renders an OpenAPI 3.1 document as one page of plain HTML."""

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")

Json = Mapping[str, Any]

_CODE = re.compile(r"`([^`]+)`")


def api_page(document: Json, *, style_url: str, openapi_url: str) -> str:
    """The page: operations by path, then the schemas they use, each with an anchor."""
    info = document["info"]
    title = escape(f"{info['title']} API {info['version']}")
    operations = "".join(_operations(document.get("paths", {})))
    schemas = "".join(_schema(name, schema) for name, schema in sorted(_schemas(document).items()))
    return (
        "<!doctype html>"
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{escape(style_url)}"></head>'
        f"<body><main><h1>{title}</h1><p>{escape(info.get('description', ''))}</p>"
        f'<p>As a document for machines: <a href="{escape(openapi_url)}">{escape(openapi_url)}</a></p>'
        f"{operations}<h2>Schemas</h2>{schemas}</main></body></html>\n"
    )


def _schemas(document: Json) -> Json:
    found: Json = document.get("components", {}).get("schemas", {})
    return found


def _operations(paths: Json) -> Iterable[str]:
    for path, item in sorted(paths.items()):
        for method in METHODS:
            if method in item:
                yield _operation(method, path, item[method])


def _operation(method: str, path: str, operation: Json) -> str:
    anchor = _anchor(f"{method} {path}")
    return (
        f'<section id="{anchor}"><h2><a href="#{anchor}"><span class="method">{method.upper()}</span> '
        f"<code>{escape(path)}</code></a></h2>"
        f"<p><strong>{escape(operation.get('summary', ''))}</strong></p>"
        f"{_paragraphs(operation.get('description', ''))}"
        f"{_parameters(operation.get('parameters', []))}{_body(operation.get('requestBody', {}))}"
        f"{_responses(operation.get('responses', {}))}</section>"
    )


def _parameters(parameters: Iterable[Json]) -> str:
    rows = [
        (
            f"<code>{escape(parameter['name'])}</code>",
            escape(parameter["in"]),
            _type(parameter.get("schema", {})),
            "required" if parameter.get("required") else _default(parameter.get("schema", {})),
            _text(parameter.get("description", "")),
        )
        for parameter in parameters
    ]
    return _table(("Parameter", "In", "Type", "Default", "Meaning"), rows)


def _body(body: Json) -> str:
    rows = [(escape(media), _type(content.get("schema", {}))) for media, content in body.get("content", {}).items()]
    return _table(("Request body", "Type"), rows)


def _responses(responses: Json) -> str:
    rows = [
        (
            escape(status),
            _text(response.get("description", "")),
            "<br>".join(
                f"{escape(media)} {_type(content.get('schema', {}))}"
                for media, content in response.get("content", {}).items()
            ),
        )
        for status, response in sorted(responses.items())
    ]
    return _table(("Status", "Meaning", "Content"), rows)


def _schema(name: str, schema: Json) -> str:
    required = set(schema.get("required", []))
    rows = [
        (
            f"<code>{escape(member)}</code>",
            _type(described),
            "always" if member in required else _default(described),
            _text(described.get("description", "")),
        )
        for member, described in schema.get("properties", {}).items()
    ]
    values = ", ".join(f"<code>{escape(str(value))}</code>" for value in schema.get("enum", []))
    table = _table(("Member", "Type", "Default", "Meaning"), rows)
    text = _paragraphs(schema.get("description", ""))
    return f'<section id="{_anchor(name)}"><h3>{escape(name)}</h3>{text}<p>{values}</p>{table}</section>'


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{_anchor(name)}">{escape(name)}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    kind = schema.get("type", "any")
    name = escape(schema.get("title", kind) if kind == "object" else kind)
    return f"{name} ({escape(schema['format'])})" if "format" in schema else name


def _default(schema: Json) -> str:
    return f"<code>{escape(json.dumps(schema['default']))}</code>" if schema.get("default") is not None else ""


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_text(part)}</p>" for part in text.split("\n\n") if part.strip())


def _text(text: str) -> str:
    """Prose, with `code` as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
