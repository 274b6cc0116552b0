"""What becomes of the lines that meshes only print: in a real OpenTelemetry Collector (recorded: record_shipped) and in
Fluent Bit's Lua (run here). Both say the same, under names that storage reads: storage/test_mesh_access_logs.py."""

import json
from typing import Any

import pytest
from lupa import LuaRuntime

from envoy_config import attributes
from envoy_config.emit.pipelines.fluent_bit import lua
from envoy_config.emit.pipelines.logs import SOURCES, ZTUNNEL, statements
from envoy_config.emit.pipelines.source import LogSource
from envoy_config.intent import Intent
from tests.envoy_config.emit.conftest import GOLDENS, HEAD, intent_of
from tests.envoy_config.emit.printed import LINES
from tests.envoy_config.emit.record_shipped import fingerprint

ISTIO_LABELS = {"namespace", "workload", "pod", "cluster"}
OF_THE_VIEW = {*attributes.ACCESS_LOG, *ISTIO_LABELS, "upstream_service_time_ms"}
PLAIN = "- {name: m, kind: linkerd}\n"

each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


def recorded(source: LogSource) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((GOLDENS / "shipped" / f"{source.name}.json").read_text(encoding="utf-8"))
    return content


def run(source: LogSource, line: str, intent: Intent | None = None) -> dict[str, str] | None:
    """What Fluent Bit's filter makes of a line; None if it drops it."""
    runtime = LuaRuntime(unpack_returned_tuples=True)
    runtime.execute(lua(intent or intent_of(PLAIN), source, "lab"))
    labels = runtime.table_from({label: "labelled" for _, label in source.labels})
    pod = runtime.table_from({"namespace_name": "printing", "pod_name": "printer-1", "labels": labels})
    code, _, out = runtime.globals().record("tag", 0, runtime.table_from({"log": line, "kubernetes": pod}))
    return None if code == -1 else dict(out)


@each_source
def test_the_recording_is_of_todays_configuration(source: LogSource) -> None:
    message = "run `python -m tests.envoy_config.emit.record_shipped COLLECTOR`"
    assert recorded(source)["configuration"] == fingerprint(source), message


@each_source
def test_every_access_log_becomes_a_record_and_nothing_else_does(source: LogSource) -> None:
    *wanted, other = LINES[source.name]
    assert len(recorded(source)["records"]) == len(wanted)
    assert run(source, other) is None
    assert all(run(source, line) for line in wanted)


@each_source
def test_records_are_access_logs_of_texts_under_names_that_storage_reads(source: LogSource) -> None:
    for record in recorded(source)["records"]:
        fields = {key: text for key, text in record["attributes"].items() if text != "<None>"}
        assert fields.keys() >= {"response_flags", "direction", "log_type"}
        assert fields.keys() <= OF_THE_VIEW
        assert not [text for text in fields.values() if str(text).startswith("<")]


@each_source
def test_fluent_bit_says_the_same_as_the_collector(source: LogSource) -> None:
    of_collector = [
        {key: text for key, text in record["attributes"].items() if text != "<None>"}
        for record in recorded(source)["records"]
    ]
    for line in LINES[source.name][:-1]:
        of_lua = run(source, line) or {}
        assert [record for record in of_collector if record.items() <= of_lua.items()]


def test_a_printed_line_belongs_to_the_pod_that_prints_it_but_for_ztunnel() -> None:
    for source in SOURCES:
        resource = recorded(source)["records"][0]["resource"]
        assert ("k8s.pod.name" in resource) is (source is not ZTUNNEL)
        assert resource.get("k8s.pod.ip") == ("10.244.0.12" if source is ZTUNNEL else None)


def test_the_wishes_of_the_mesh_file_hold_for_fluent_bit() -> None:
    fields = "fields: {query_strings: drop, exclude: [user_agent]}"
    head = f"{HEAD}access_logs: {{filter: {{exclude_paths: [/books]}}, {fields}}}\n"
    linkerd, osm = (source for source in SOURCES if source.name in ("linkerd", "osm"))
    intent = intent_of(PLAIN, head)
    assert run(osm, LINES["osm"][0], intent) is None
    record = run(linkerd, LINES["linkerd"][0], intent) or {}
    assert record["path"] == "/vote"
    assert "user_agent" not in record


def test_statements_are_one_to_a_line() -> None:
    for source in SOURCES:
        assert all(statement.endswith((")", '"', "nil")) for statement in statements(source))
