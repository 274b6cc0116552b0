"""What was looked up a moment ago is gone on from, not asked for again."""

import secrets
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from dashboard.reads.requests import RequestReads
from dashboard.reads.wiring import WiringReads
from meshhub.clock import SystemClock
from meshhub.model import Signal
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import access_log, inbound, load, logs_request, outbound
from storage.client import Store

RecordT = TypeVar("RecordT")


class Asked:
    """The store, with the names of what it was asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.names: list[str] = []

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]:
        self.names.append(name)
        return self._store.query(name, parameters, into)


@pytest.fixture
def asked(embedded_store: Store) -> Asked:
    return Asked(embedded_store)


def sent_call(store: Store, folder: Path, age_seconds: int) -> str:
    """The request id of a call whose both sides are stored."""
    sent, request_id, trace_id = Exchange.recent(), str(uuid.uuid4()), secrets.token_hex(16)
    start = sent.start - age_seconds * 10**9
    told = {"request_id": request_id, "response_code": "200", "duration_us": "9000"}
    client = access_log(start, outbound(sent.caller, sent.callee, **told), trace_id=trace_id)
    server = access_log(start, inbound(sent.caller, sent.callee, **told), trace_id=trace_id)
    requests = [logs_request(sent.caller, [client]), logs_request(sent.callee, [server])]
    load(store, folder, Signal.LOGS, requests)
    return request_id


def test_the_whole_goes_on_from_the_glance(asked: Asked, embedded_store: Store, tmp_path: Path) -> None:
    request_id = sent_call(embedded_store, tmp_path, age_seconds=120)
    reads = RequestReads(asked, SystemClock(), WiringReads(SystemClock()))
    first = reads.glance(request_id)
    assert not first.whole
    assert [hop.id for hop in first.journey.hops] == ["1"]
    at_once = ["lookup_requests", "lookup_traces", "access_logs_by_ids", "spans_by_ids", "logs_by_ids"]
    assert asked.names == at_once
    whole = reads.journey(request_id)
    assert asked.names[5:] == ["journey_strangers", "journey_edges", "stats_of_edges"]
    assert whole.hops[0].around is not None
    asked.names.clear()
    again = reads.glance(request_id)
    assert (again.whole, again.journey, asked.names) == (True, whole, [])


def test_an_answer_of_the_api_is_never_an_old_one(asked: Asked, embedded_store: Store, tmp_path: Path) -> None:
    request_id = sent_call(embedded_store, tmp_path, age_seconds=120)
    reads = RequestReads(asked, SystemClock(), WiringReads(SystemClock()))
    reads.journey(request_id)
    asked.names.clear()
    reads.journey(request_id)
    assert "access_logs_by_ids" in asked.names
