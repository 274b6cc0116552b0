"""No parameter of the API becomes SQL: each is tried with texts that would break out of a statement, on the engine."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshhub.testing.engine import rows
from meshhub.testing.reference.api import describe_api
from storage.client import Store

QUIET = settings(max_examples=120, deadline=None, derandomize=True)
STREAMS = ("/events", "/tail")
"""Answers that do not end."""
SAMPLES = {"request_id": "1a2b", "trace_id": "0" * 31 + "1", "window": "5m", "start": "2026-03-01T12:00:00Z"}
BREAKING_OUT = (
    "'",
    "''",
    "\\'",
    "\\",
    '"',
    "`",
    "' OR 1 = 1 --",
    "') OR ('' = '",
    "x' UNION ALL SELECT name FROM system.tables --",
    "'; DROP TABLE spans; --",
    "{x:String}",
    "{database:Identifier}",
    "${where}",
    "%(x)s",
    "1) OR (1",
    "1e309",
    "-1 UNION SELECT 1",
    "/* */",
    "\x00",
    "\n;\n",
    "file('/etc/passwd')",
    "a\u2019\u0027b",
)
texts = st.sampled_from(BREAKING_OUT) | st.builds(
    "".join,
    st.lists(st.sampled_from(["'", "\\", "`", '"', "(", ")", "--", ";", "{", "}", "$", "%", "x", " "]), max_size=12),
)


def places() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Every parameter of every question: path, where it is, its name, and the required ones beside it."""
    for path, methods in describe_api()["paths"].items():
        operation = methods.get("get")
        if operation is None or path.endswith(STREAMS) or not path.startswith("/api/v1"):
            continue
        parameters = operation.get("parameters", [])
        required = tuple(each["name"] for each in parameters if each.get("required") and each["in"] == "query")
        yield from (
            (path, each["in"], each["name"], required) for each in parameters if each["in"] in ("path", "query")
        )


PLACES = tuple(places())


def filled(path: str, parameters: Mapping[str, str]) -> str:
    """The path with these in their places; the others have something that fits."""
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{name}}}", quote(parameters.get(name) or SAMPLES.get(name, "x"), safe=""))
    return path


def test_there_are_places_to_try() -> None:
    assert len(PLACES) > 100


@QUIET
@given(place=st.sampled_from(PLACES), text=texts)
def test_no_text_leaves_its_place(get: Any, place: tuple[str, str, str, tuple[str, ...]], text: str) -> None:
    path, where, name, required = place
    query: dict[str, Any] = {other: SAMPLES.get(other, "x") for other in required}
    if where == "query":
        query[name] = text
    answer = get(filled(path, {name: text} if where == "path" else {}), query)
    said = answer.text.lower()
    assert answer.status_code in (200, 304, 400, 404, 409, 422, 503), (path, name, text, said)
    assert "syntax error" not in said, (path, name, text, said)
    assert "db::exception" not in said
    assert "root:x:0" not in said
    if answer.status_code == 503:  # over the limits, perhaps; never a statement that the engine did not understand
        assert not any(word in said for word in ("unknown identifier", "cannot parse", "expected", "unknown table")), (
            said
        )


@pytest.mark.parametrize("field", ["service", "http.status_code", "attributes.'x", "duration", "`time`", "a.b'c"])
def test_filters_are_bound_too(get: Any, field: str) -> None:
    for text in BREAKING_OUT:
        for asked in (f"{field}={text}", f'{field} = "{text}"', f"{field} ~ {text}", f"{field} in ({text})"):
            answer = get("/api/v1/logs", {"q": asked, "window": "5m"})
            assert answer.status_code in (200, 400, 404, 422), (asked, answer.text)


def test_the_tables_are_as_they_were(embedded_store: Store) -> None:
    names = {
        name for (name,) in rows(embedded_store, "SELECT name FROM system.tables WHERE database = currentDatabase()")
    }
    assert {"spans", "access_logs", "logs", "edges", "request_index", "trace_index"} <= names
