"""The small parts of the HTTP server, by value."""

import asyncio
from http import HTTPStatus

import pytest

from collector.admission import Admission
from collector.receivers.http.deadline import Deadline
from collector.receivers.http.framing import FRAMING_BYTES, Framing
from collector.receivers.http.messages import Head, Response
from collector.refusal import Reason, Refused


def test_a_response_on_the_wire() -> None:
    response = Response(HTTPStatus.TOO_MANY_REQUESTS, "application/json", b"{}", {"retry-after": "7"})
    assert response.encode(now=0, close=True) == (
        b"HTTP/1.1 429 Too Many Requests\r\n"
        b"date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
        b"content-type: application/json\r\n"
        b"content-length: 2\r\n"
        b"retry-after: 7\r\n"
        b"connection: close\r\n"
        b"\r\n"
        b"{}"
    )


def test_a_head_without_a_length_announces_nothing() -> None:
    assert Head("POST", "/", {}).content_length == 0
    assert Head("POST", "/", {"content-length": "12"}).content_length == 12


def test_a_whole_head_is_measured_by_its_parts() -> None:
    framing = Framing(100)
    framing.begin(5000)
    framing.head_part(100)
    assert not framing.is_head_over
    framing.head_part(1)
    assert framing.is_head_over


def test_a_head_that_is_not_whole_is_measured_by_what_came_after_its_beginning() -> None:
    framing = Framing(100)
    framing.begin(5000)
    framing.receive(5000)
    framing.receive(100)
    assert not framing.is_unfinished_head_over
    framing.receive(1)
    assert framing.is_unfinished_head_over


def test_framing_is_excessive_only_far_beyond_the_body() -> None:
    framing = Framing(100)
    framing.begin(0)
    framing.receive(FRAMING_BYTES + 100)
    assert not framing.is_excessive(body=0)
    framing.receive(9)
    assert framing.is_excessive(body=0)
    assert not framing.is_excessive(body=1)


def test_a_deadline_set_again_replaces_the_one_before() -> None:
    async def run() -> list[str]:
        called: list[str] = []
        over = asyncio.Event()
        deadline = Deadline()
        deadline.set(0, lambda: called.append("first"))
        deadline.set(0, over.set)
        await asyncio.wait_for(over.wait(), 10)
        deadline.set(0, lambda: called.append("cleared"))
        deadline.clear()
        await asyncio.sleep(0.01)
        return called

    assert asyncio.run(run()) == []


def test_admission_counts_up_to_its_bound() -> None:
    admission = Admission(10)
    admission.take(10)
    with pytest.raises(Refused, match="too many bytes are under way") as refusal:
        admission.take(1)
    assert (refusal.value.reason, refusal.value.retry_after) == (Reason.OVERLOADED, 1.0)
    admission.give(10)
    assert admission.bytes == 0
