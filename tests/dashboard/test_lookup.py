"""Requests are found on the engine however their id is written, and followed where services lost it."""

import secrets
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan

from dashboard.lookup_ids import read_id
from dashboard.reads.requests import RequestReads
from dashboard.reads.wiring import WiringReads
from meshhub.clock import SystemClock
from meshhub.errors import NotFound
from meshhub.model import Signal
from meshhub.testing.otlp import (
    Proxy,
    access_log,
    inbound,
    load,
    logs_request,
    outbound,
    span,
    traces_request,
)
from storage.client import Store
from traces.model import Decision, Journey

MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Shop:
    """Three workloads that no other test uses: `front` calls `middle`, which calls `back`."""

    front: Proxy
    middle: Proxy
    back: Proxy

    @classmethod
    def new(cls) -> "Shop":
        name = f"shop-{secrets.token_hex(4)}"
        return cls(Proxy(f"{name}-front"), Proxy(f"{name}-middle"), Proxy(f"{name}-back"))


class Sender:
    """Sends access logs of calls, times in milliseconds after `start`."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder
        self.start = time.time_ns() - 20_000 * MILLISECOND

    def call(
        self,
        source: Proxy,
        destination: Proxy,
        at: int,
        length: int,
        request_id: str,
        trace_id: str = "",
        **said: str,
    ) -> None:
        """Both sides of one call."""
        told = {"request_id": request_id, "method": "GET", "path": "/", "response_code": "200"} | said
        outer = told | {"duration_us": str(length * 1000)}
        inner = told | {"duration_us": str((length - 2) * 1000)}
        first, second = self.start + at * MILLISECOND, self.start + (at + 1) * MILLISECOND
        client = access_log(first, outbound(source, destination, **outer), trace_id=trace_id)
        server = access_log(second, inbound(source, destination, **inner), trace_id=trace_id)
        requests = [logs_request(source, [client]), logs_request(destination, [server])]
        load(self._store, self._folder, Signal.LOGS, requests)


@pytest.fixture
def sender(embedded_store: Store, tmp_path: Path) -> Sender:
    return Sender(embedded_store, tmp_path)


@pytest.fixture(scope="session")
def requests(embedded_store: Store) -> RequestReads:
    return RequestReads(embedded_store, SystemClock(), WiringReads(SystemClock()))


def path(journey: Journey) -> list[str]:
    return [f"{hop.id} {hop.destination.identity.service.rpartition('-')[2]}" for hop in journey.hops]


def codes(journey: Journey) -> list[str]:
    return [note.code for note in journey.notes]


def test_a_lost_request_id_is_followed_down_and_named(sender: Sender, requests: RequestReads) -> None:
    shop, mine, made_anew = Shop.new(), str(uuid.uuid4()), str(uuid.uuid4())
    sender.call(shop.front, shop.middle, 0, 50, mine)
    sender.call(shop.middle, shop.back, 10, 20, made_anew)
    journey = requests.journey(mine)
    assert path(journey) == ["1 middle", "1.1 back"]
    assert "guessed" in [note.code for note in journey.hops[1].notes]
    (broken,) = journey.breaks
    assert (broken.service.service, broken.lost, broken.hop) == (shop.middle.service, "request-id", "1.1")
    assert broken.certainty == pytest.approx(0.9)
    assert f"{shop.middle.service}:v1 does not pass the request id on" in broken.text
    assert made_anew in broken.text
    assert "does not pass the request id on" in journey.sampling.text


def test_a_lost_request_id_is_followed_up_too(sender: Sender, requests: RequestReads) -> None:
    shop, mine, made_anew = Shop.new(), str(uuid.uuid4()), str(uuid.uuid4())
    sender.call(shop.front, shop.middle, 0, 50, mine)
    sender.call(shop.middle, shop.back, 10, 20, made_anew)
    journey = requests.journey(made_anew)
    assert (journey.request_id, path(journey)) == (made_anew, ["1 middle", "1.1 back"])
    assert journey.breaks[0].service.service == shop.middle.service


def test_of_calls_that_several_requests_may_have_made_none_is_joined(sender: Sender, requests: RequestReads) -> None:
    shop, mine = Shop.new(), str(uuid.uuid4())
    sender.call(shop.front, shop.middle, 0, 50, mine)
    sender.call(shop.front, shop.middle, 5, 50, str(uuid.uuid4()))
    sender.call(shop.middle, shop.back, 10, 20, str(uuid.uuid4()))
    journey = requests.journey(mine)
    assert path(journey) == ["1 middle"]
    (broken,) = journey.breaks
    assert (broken.service.service, broken.hop) == (shop.middle.service, "")
    assert broken.certainty == pytest.approx(0.45)
    assert "served up to 2 requests at a time" in broken.text


def test_other_requests_of_the_same_instances_stay_apart(sender: Sender, requests: RequestReads) -> None:
    shop, mine, other = Shop.new(), str(uuid.uuid4()), str(uuid.uuid4())
    for at, request_id in ((0, mine), (5, other)):
        sender.call(shop.front, shop.middle, at, 50, request_id)
        sender.call(shop.middle, shop.back, at + 10, 20, request_id)
    journey = requests.journey(mine)
    assert path(journey) == ["1 middle", "1.1 back"]
    assert journey.breaks == ()
    assert "context-lost" not in codes(journey)


def test_a_trace_joins_what_changes_its_request_id_for_certain(sender: Sender, requests: RequestReads) -> None:
    shop, mine, trace = Shop.new(), str(uuid.uuid4()), secrets.token_hex(16)
    sender.call(shop.front, shop.middle, 0, 50, mine, trace)
    sender.call(shop.middle, shop.back, 10, 20, "middle-1", trace)
    journey = requests.journey(mine)
    assert path(journey) == ["1 middle", "1.1 back"]
    assert [(each.lost, each.certainty) for each in journey.breaks] == [("request-id", 1.0)]


def test_a_new_trace_under_the_same_request_id_is_a_break(sender: Sender, requests: RequestReads) -> None:
    shop, mine = Shop.new(), str(uuid.uuid4())
    sender.call(shop.front, shop.middle, 0, 50, mine, secrets.token_hex(16))
    sender.call(shop.middle, shop.back, 10, 20, mine, secrets.token_hex(16))
    (broken,) = requests.journey(mine).breaks
    assert (broken.lost, broken.service.service) == ("trace", shop.middle.service)
    assert "traceparent" in broken.fix


def test_the_calls_around_a_hop_say_whether_it_was_slow(sender: Sender, requests: RequestReads) -> None:
    shop, slow = Shop.new(), str(uuid.uuid4())
    for number in range(30):
        failed = {"response_code": "503"} if number < 3 else {}
        sender.call(shop.front, shop.middle, number * 20, 10, str(uuid.uuid4()), **failed)
    sender.call(shop.front, shop.middle, 700, 500, slow)
    (hop,) = requests.journey(slow).hops
    assert hop.around is not None
    assert (hop.around.requests, hop.around.failed, hop.around.minutes) == (31, 3, 10)
    assert hop.around.latency_us[0] == pytest.approx(10_000, rel=0.05)
    assert "slower-than-usual" in [note.code for note in hop.notes]


def test_a_sampled_request_without_spans_says_who_sends_some(
    sender: Sender, requests: RequestReads, embedded_store: Store, tmp_path: Path
) -> None:
    shop, mine = Shop.new(), str(uuid.uuid4())
    traced = {"traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"}
    sender.call(shop.front, shop.middle, 0, 50, mine, **traced)
    other = span(
        "x", OtlpSpan.SPAN_KIND_SERVER, trace_id=secrets.token_hex(16), span_id="a1" * 8, start=sender.start, duration=5
    )
    load(embedded_store, tmp_path, Signal.TRACES, [traces_request(shop.middle, [other])])
    sampling = requests.journey(mine).sampling
    assert sampling.decision is Decision.SAMPLED
    assert f"{shop.middle.service} sent spans of other requests" in sampling.text
    assert f"{shop.front.service} sent none at all" in sampling.text


@pytest.mark.parametrize("write", [str.upper, lambda text: f' "{text}" ', lambda text: text.replace("-", "")])
def test_an_id_is_found_however_it_is_written(sender: Sender, requests: RequestReads, write: object) -> None:
    shop, mine = Shop.new(), str(uuid.uuid4())
    sender.call(shop.front, shop.middle, 0, 50, mine)
    assert callable(write)
    assert requests.journey(write(mine)).request_id == mine


def test_a_short_trace_id_is_found(sender: Sender, requests: RequestReads) -> None:
    shop, mine, short = Shop.new(), str(uuid.uuid4()), f"a{secrets.token_hex(8)[1:]}"
    sender.call(shop.front, shop.middle, 0, 50, mine, short.zfill(32))
    for written in (short, short.upper(), short.zfill(32), f"00-{short.zfill(32)}-{'ab' * 8}-01"):
        assert requests.journey(written).request_id == mine


def test_what_is_not_found_names_what_was_searched_and_what_resembles_it(
    sender: Sender, requests: RequestReads
) -> None:
    shop, mine, trace = Shop.new(), f"order-{secrets.token_hex(12)}", secrets.token_hex(16)
    sender.call(shop.front, shop.middle, 0, 50, mine, trace)
    with pytest.raises(NotFound, match="no access log, span or application log has it") as mistyped:
        requests.journey(f"{mine[:-1]}x")
    assert f"{mine} (a request id)" in str(mistyped.value)
    assert "it can be no trace id" in str(mistyped.value)
    with pytest.raises(NotFound, match="x-request-id or as trace id") as cut:
        requests.journey(trace[:12])
    assert f"{trace} (a trace id)" in str(cut.value)


def test_any_text_is_an_id() -> None:
    assert read_id("  ").request_ids == ("  ",)
    assert read_id("x").parts == []
    assert read_id("x" * 300).trace_range == ("", "")
    assert read_id("abcdef").trace_range == ("abcdef" + "0" * 26, "abcdef" + "f" * 26)


def test_long_values_are_cut_and_that_is_said(
    sender: Sender, requests: RequestReads, embedded_store: Store, tmp_path: Path
) -> None:
    shop, mine, trace = Shop.new(), str(uuid.uuid4()), secrets.token_hex(16)
    sender.call(shop.front, shop.middle, 0, 50, mine, trace)
    huge = {"html": "<b>" * 350_000}
    made = span(
        "x",
        OtlpSpan.SPAN_KIND_INTERNAL,
        trace_id=trace,
        span_id="a1" * 8,
        start=sender.start,
        duration=5,
        attributes=huge,
    )
    load(embedded_store, tmp_path, Signal.TRACES, [traces_request(shop.middle, [made, made])])
    journey = requests.journey(mine)
    lengths = [len(each.attributes["html"]) for workload in journey.workloads for each in workload.spans]
    assert lengths == [4096, 4096]
    assert "cut" in codes(journey)
