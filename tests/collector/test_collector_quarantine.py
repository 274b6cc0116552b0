"""Requests in quarantine: listed, shown, given another try, and in one place at any time."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.journal.record import encode
from collector.journal.segment import SegmentName
from collector.quarantine import Entry, Quarantine
from meshhub.errors import MeshhubError, NotFound
from meshhub.model import Signal

RECEIVED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def put(data_dir: Path, sequence: int = 1, body: bytes = b"\x0a\x00", signal: Signal = Signal.TRACES) -> SegmentName:
    name = SegmentName(signal, "0123456789abcdef", sequence, (1, 0))
    sealed = data_dir / "journal" / signal / "sealed" / name.file_name
    sealed.parent.mkdir(parents=True, exist_ok=True)
    sealed.write_bytes(b"".join(encode(body, round(RECEIVED.timestamp() * 1e9), b"")))
    Quarantine(data_dir).put(name, sealed, f"reason {sequence}", RECEIVED.replace(minute=10 + sequence))
    assert not sealed.exists()
    return name


def test_an_entry_says_what_when_why_and_how_large(tmp_path: Path) -> None:
    name = put(tmp_path)
    assert Quarantine(tmp_path).list() == [
        Entry(
            name=str(name),
            signal=Signal.TRACES,
            reason="reason 1",
            quarantined_at="2026-01-02T03:11:05+00:00",
            received_at="2026-01-02T03:04:05+00:00",
            size=22,
        )
    ]


def test_entries_of_all_signals_are_listed_oldest_first(tmp_path: Path) -> None:
    names = [put(tmp_path, 1, signal=Signal.LOGS), put(tmp_path, 2), put(tmp_path, 3, signal=Signal.METRICS)]
    assert [entry.name for entry in Quarantine(tmp_path).list()] == [str(name) for name in names]


def test_without_any_the_list_is_empty(tmp_path: Path) -> None:
    assert Quarantine(tmp_path).list() == []


def test_an_entry_is_shown_as_json(tmp_path: Path) -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name="GET /")
    name = put(tmp_path, body=request.SerializeToString())

    shown = json.loads(Quarantine(tmp_path).show(str(name)))
    assert shown["resourceSpans"][0]["scopeSpans"][0]["spans"] == [{"name": "GET /"}]


def test_an_entry_that_cannot_be_decoded_is_shown_as_bytes(tmp_path: Path) -> None:
    name = put(tmp_path, body=b"\xff\xff")
    assert json.loads(Quarantine(tmp_path).show(str(name)))["undecodable"].startswith("ffff")


def test_a_retry_gives_the_request_back_to_the_loader_under_its_name(tmp_path: Path) -> None:
    name = put(tmp_path)
    content = (tmp_path / "quarantine" / "traces" / f"{name}.pb").read_bytes()
    Quarantine(tmp_path).retry(str(name))

    assert (tmp_path / "journal" / "traces" / "sealed" / name.file_name).read_bytes() == content
    assert list((tmp_path / "quarantine" / "traces").iterdir()) == []


@pytest.mark.parametrize("operation", [Quarantine.show, Quarantine.retry, Quarantine.find])
@pytest.mark.parametrize("name", ["traces-0123456789abcdef-000000000009", "../../etc/passwd", ""])
def test_what_is_not_there_is_not_found(tmp_path: Path, operation: object, name: str) -> None:
    put(tmp_path)
    with pytest.raises(NotFound, match="meshhub quarantine list"):
        operation(Quarantine(tmp_path), name)  # type: ignore[operator]


def test_an_entry_whose_description_is_lost_is_listed_and_retried_all_the_same(tmp_path: Path) -> None:
    name = put(tmp_path)
    (tmp_path / "quarantine" / "traces" / f"{name}.json").write_text("{")
    (entry,) = Quarantine(tmp_path).list()
    assert entry.reason == "unknown: its description cannot be read"
    (tmp_path / "quarantine" / "traces" / f"{name}.json").unlink()
    Quarantine(tmp_path).retry(str(name))
    assert Quarantine(tmp_path).list() == []


def test_a_file_that_is_no_segment_is_not_retried(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "quarantine" / "traces" / "mine.pb").write_bytes(b"?")
    with pytest.raises(MeshhubError, match="not the name of a segment"):
        Quarantine(tmp_path).retry("mine")


def test_a_description_without_a_request_is_no_entry(tmp_path: Path) -> None:
    """What a crash between the two steps of `put` leaves: the request is still the loader's."""
    put(tmp_path)
    (tmp_path / "quarantine" / "traces" / "traces-0123456789abcdef-000000000002.json").write_text("{}")
    assert len(Quarantine(tmp_path).list()) == 1


def test_the_oldest_are_dropped_until_the_rest_fits(tmp_path: Path) -> None:
    for sequence in (1, 2, 3):
        put(tmp_path, sequence)
    quarantine = Quarantine(tmp_path)

    assert quarantine.drop_oldest(66) == []
    assert [entry.reason for entry in quarantine.drop_oldest(65)] == ["reason 1"]
    assert len(list((tmp_path / "quarantine" / "traces").iterdir())) == 4
    assert len(quarantine.drop_oldest(0)) == 2
