"""Remote write over HTTP: what senders of both versions are answered, and what is kept of what they sent."""

import contextlib
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import cramjam
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.checks.prometheus_histograms import histograms_request
from collector.checks.prometheus_messages import message_class
from collector.checks.remote_write import WriteCheck
from collector.receivers.snappy import decompress, stated_size
from collector.refusal import Reason, Refused
from collector.settings import LimitSettings
from meshhub.model import Signal
from meshhub.testing.collecting import BrokenEngine, MemorySink, RunningCollector, messages_in, running
from meshhub.testing.prometheus import V1_HEADERS, V2_HEADERS, Series, compressed, write_request, write_request_v2

NOW = time.time_ns() // 10**6
CALLS = {"__name__": "calls_total", "job": "shop", "instance": "a:1"}
TWO: list[Series] = [(CALLS, [(1.0, NOW), (2.0, NOW - 5000)]), ({"__name__": "heat", "job": "shop"}, [(7.5, NOW)])]
CHECK = WriteCheck(LimitSettings())

BOTH = pytest.mark.parametrize(
    ("headers", "make"), [(V1_HEADERS, write_request), (V2_HEADERS, write_request_v2)], ids=["v1", "v2"]
)


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
def hub(tmp_path: Path, sink: MemorySink) -> Iterator[RunningCollector]:
    with running(tmp_path, sink) as hub:
        yield hub


def post(hub: RunningCollector, content: bytes, headers: dict[str, str], **more: str) -> httpx.Response:
    return httpx.post(f"{hub.http_url}/api/v1/write", content=content, headers={**headers, **more}, trust_env=False)


def written(response: httpx.Response) -> tuple[str, ...]:
    return tuple(
        response.headers[f"X-Prometheus-Remote-Write-{kind}-Written"] for kind in ("Samples", "Histograms", "Exemplars")
    )


def kept(sink: MemorySink, signal: Signal = Signal.REMOTE_WRITE) -> list[Any]:
    """The requests of a signal that the sink has."""
    tokens = [token for token in sorted(sink.segments) if token.startswith(f"{signal}-")]
    messages = [message for token in tokens for message in messages_in(sink.segments[token])]
    return [message_class("WriteRequest").FromString(message) for message in messages]


def samples(request: Any) -> list[Series]:
    return [
        ({label.name: label.value for label in made.labels}, [(each.value, each.timestamp) for each in made.samples])
        for made in request.timeseries
    ]


@BOTH
def test_what_is_sent_is_written_and_kept_in_any_order(
    hub: RunningCollector, sink: MemorySink, headers: dict[str, str], make: Any
) -> None:
    for _ in range(2):  # a sender that lost the answer sends again
        response = post(hub, compressed(make(TWO)), headers)
        assert (response.status_code, response.content, written(response)) == (204, b"", ("3", "0", "0"))
        assert "content-length" not in response.headers
    sink.wait_for(lambda: len(kept(sink)) == 2)
    assert [samples(request) for request in kept(sink)] == [TWO, TWO]


def test_the_media_type_may_say_v1_and_the_coding_may_be_left_out(hub: RunningCollector) -> None:
    named = {"content-type": 'application/x-protobuf; proto="prometheus.WriteRequest"'}
    assert post(hub, compressed(write_request(TWO)), named).status_code == 204


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"content-type": "application/json"}, 415),
        ({"content-type": "application/x-protobuf;proto=io.prometheus.write.v3.Request"}, 415),
        ({"content-encoding": "gzip"}, 415),
    ],
)
def test_what_is_not_spoken_is_unsupported(hub: RunningCollector, changed: dict[str, str], status: int) -> None:
    response = post(hub, compressed(write_request(TWO)), V1_HEADERS, **changed)
    assert (response.status_code, written(response)) == (status, ("0", "0", "0"))
    assert response.text.startswith("could not read the request: ")


def test_only_post_is_served(hub: RunningCollector) -> None:
    response = httpx.get(f"{hub.http_url}/api/v1/write", trust_env=False)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"junk",
        b"\x80\x80\x80\x20" + bytes(40),  # says 64 MiB
        compressed(write_request(TWO))[:-3],
        bytes(cramjam.snappy.compress(write_request(TWO).SerializeToString())),  # the framed format
        bytes(cramjam.snappy.compress_raw(b"\x0a\xff\xff\xff\x0f")),
        bytes(cramjam.snappy.compress_raw(b"\x0a\x06\x0a\x04\x0a\x02\xff\xfe")),  # not UTF-8
        bytes(cramjam.snappy.compress_raw(write_request(TWO).SerializeToString() + b"\xd2\x3e\x04evil")),
    ],
)
@BOTH
def test_what_cannot_be_read_is_refused_for_good(
    hub: RunningCollector, sink: MemorySink, content: bytes, headers: dict[str, str], make: Any
) -> None:
    response = post(hub, content, headers)
    assert (response.status_code, written(response)) == (400, ("0", "0", "0"))
    assert "retry-after" not in response.headers
    assert hub.collector.statistics().in_flight_bytes == 0


@BOTH
def test_a_series_that_is_wrong_harms_no_other(
    hub: RunningCollector, sink: MemorySink, headers: dict[str, str], make: Any
) -> None:
    response = post(hub, compressed(make([({"job": "nameless"}, [(1.0, NOW)]), *TWO])), headers)
    assert (response.status_code, written(response)) == (400, ("3", "0", "0"))
    assert response.text == "left out 1: a series has no name"
    sink.wait_for(lambda: kept(sink))
    assert samples(kept(sink)[0]) == TWO


def test_references_to_nothing_are_left_out() -> None:
    request = write_request_v2(TWO)
    request.timeseries[0].labels_refs[1] = 99
    request.timeseries[1].labels_refs.append(1)
    checked = CHECK.check_v2(request.SerializeToString())
    assert (checked.body, checked.samples, checked.message) == (b"", 0, "left out 2: a reference to a label is none")
    with pytest.raises(Refused, match="first symbol"):
        CHECK.check_v2(message_class("RequestV2")(symbols=["x"]).SerializeToString())  # type: ignore[call-arg]


def test_the_type_that_v2_knows_is_kept() -> None:
    checked = CHECK.check_v2(write_request_v2(TWO, kind=2).SerializeToString())
    assert checked.body.count(b"\x28\x02") == 2


def test_a_bomb_is_refused_by_the_size_that_it_states(tmp_path: Path) -> None:
    limits = {"request_bytes": "1MiB", "json_bytes": "1MiB", "record_bytes": "1MiB"}
    content = bytes(cramjam.snappy.compress_raw(bytes(1024 * 1024 + 1)))
    with running(tmp_path, limits=limits) as hub:
        assert post(hub, content, V1_HEADERS).status_code == 413
    for lie in (b"\xff\xff\xff\x1f", b"\xff\xff\xff\xff\x0f", b"\xff\xff\xff\xff\xff\x0f"):
        with pytest.raises(Refused) as refused:
            decompress(lie + b"\x00a", 64 * 1024 * 1024)
        assert refused.value.reason in (Reason.TOO_LARGE, Reason.MALFORMED)


def test_too_many_series_or_samples_are_too_large(tmp_path: Path) -> None:
    many = [({"__name__": "a", "n": str(number)}, [(1.0, NOW)]) for number in range(11)]
    with running(tmp_path, limits={"records": 10}) as hub:
        assert post(hub, compressed(write_request(many)), V1_HEADERS).status_code == 413
        assert post(hub, compressed(write_request_v2(many)), V2_HEADERS).status_code == 413
        assert post(hub, compressed(write_request([(CALLS, [(1.0, NOW)] * 11)])), V1_HEADERS).status_code == 413


def test_who_sends_too_much_is_told_to_come_back(tmp_path: Path) -> None:
    sink = MemorySink(BrokenEngine(retryable=True))
    with running(tmp_path, sink, journal={"max_bytes": 4096}) as hub:
        answers = []
        for number in range(100):
            series = [({"__name__": "a", "n": f"{number}-{index}"}, [(1.0, NOW)]) for index in range(20)]
            answers.append(post(hub, compressed(write_request(series)), V1_HEADERS))
            if answers[-1].status_code != 204:
                break
    assert answers[-1].status_code == 503
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_the_token_is_asked_for_and_says_the_tenant(tmp_path: Path, sink: MemorySink) -> None:
    auth = {"tokens": [{"token": "secret", "tenant": "blue"}]}
    with running(tmp_path, sink, auth=auth) as hub:
        assert post(hub, compressed(write_request(TWO)), V1_HEADERS).status_code == 401
        assert post(hub, compressed(write_request(TWO)), V1_HEADERS, authorization="Bearer secret").status_code == 204
    assert b"blue" in sink.messages[0]


def native(schema: int = 0, **fields: Any) -> Any:
    histogram: Any = message_class("Histogram")(schema=schema, timestamp=NOW, count_int=6, sum=9.5, **fields)  # type: ignore[call-arg]
    return histogram


def span(offset: int, length: int) -> Any:
    return message_class("Span")(offset=offset, length=length)  # type: ignore[call-arg]


def test_native_histograms_become_exponential_ones(hub: RunningCollector, sink: MemorySink) -> None:
    request = write_request([(CALLS, [])])
    request.timeseries[0].histograms.append(
        native(3, positive_spans=[span(-2, 2), span(1, 1)], positive_deltas=[1, 1, -1], zero_count_int=2)
    )
    response = post(hub, compressed(request), V1_HEADERS)
    assert (response.status_code, written(response)) == (204, ("0", "1", "0"))
    body, count, faults = histograms_request([(dict(sorted(CALLS.items())), request.timeseries[0].histograms)], 10)
    sink.wait_for(lambda: any(body in message for message in sink.messages))
    assert (count, dict(faults)) == (1, {})


def points(*histograms: Any) -> list[Any]:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    body, _, _ = histograms_request([(CALLS, histograms)], 10)
    request = ExportMetricsServiceRequest.FromString(body)
    metrics = [metric for resource in request.resource_metrics for metric in resource.scope_metrics[0].metrics]
    return [
        point
        for metric in metrics
        for point in (*metric.exponential_histogram.data_points, *metric.histogram.data_points)
    ]


def test_spans_and_deltas_are_counts_from_an_offset_on() -> None:
    [point] = points(native(3, positive_spans=[span(-2, 2), span(1, 1)], positive_deltas=[1, 1, -1], zero_count_int=2))
    assert (point.scale, point.positive.offset, list(point.positive.bucket_counts)) == (3, -3, [1, 2, 0, 1])
    assert (point.count, point.sum, point.zero_count, point.time_unix_nano) == (6, 9.5, 2, NOW * 10**6)


def test_bounds_of_its_own_make_an_ordinary_histogram() -> None:
    [point] = points(native(-53, positive_spans=[span(1, 2)], positive_deltas=[2, 2], custom_values=[0.1, 1.0, 5.0]))
    assert (list(point.bucket_counts), list(point.explicit_bounds)) == ([0, 2, 4, 0], [0.1, 1.0, 5.0])


@pytest.mark.parametrize(
    "fields",
    [
        {"schema": 60},
        {"positive_spans": [span(0, 3)], "positive_deltas": [1]},
        {"positive_spans": [span(0, 1), span(2**31 - 1, 1)], "positive_deltas": [1, 0]},
        {"positive_spans": [span(0, 2**32 - 1)], "positive_deltas": [1]},
        {"positive_deltas": [1]},
        {"positive_spans": [span(0, 1)], "positive_deltas": [-1]},
        {"schema": -53, "positive_spans": [span(0, 2)], "positive_deltas": [1, 1]},
    ],
)
def test_a_histogram_that_does_not_fit_together_is_left_out(fields: dict[str, Any]) -> None:
    body, count, faults = histograms_request([(CALLS, [native(fields.pop("schema", 0), **fields)])], 10)
    assert (body, count, faults.total()) == (b"", 0, 1)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_block_or_refused(block: bytes) -> None:
    with contextlib.suppress(Refused):
        assert len(decompress(block, 10_000)) == stated_size(block)


@given(st.binary(max_size=200))
def test_any_message_is_checked_or_refused(body: bytes) -> None:
    for check in (CHECK.check_v1, CHECK.check_v2):
        with suppress(Refused):
            check(body)


LABELS = st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=4)
SAMPLES = st.lists(st.tuples(st.floats(allow_nan=False), st.integers(-(2**63), 2**63 - 1)), max_size=3)
ANY_SERIES = st.lists(st.tuples(LABELS, SAMPLES), max_size=5)


@given(ANY_SERIES)
def test_v2_means_what_v1_means(made: list[Series]) -> None:
    named = [({**labels, "__name__": "a"}, points) for labels, points in made]
    one = CHECK.check_v1(write_request(named).SerializeToString())
    two = CHECK.check_v2(write_request_v2(named).SerializeToString())
    assert (one.samples, one.rejected) == (two.samples, two.rejected)
    ours, theirs = (samples(message_class("WriteRequest").FromString(each.body)) for each in (one, two))
    assert theirs == [each for each in ours if each[1]]


def test_stale_markers_pass_on(sink: MemorySink) -> None:
    stale = struct.unpack("<d", bytes.fromhex("020000000000f07f"))[0]
    body = write_request([(CALLS, [(stale, NOW)])]).SerializeToString()
    assert CHECK.check_v1(body).body == body
