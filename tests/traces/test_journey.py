"""Journeys by value: pairing, causal order, skewed clocks, retries, missing sides, applications."""

from dataclasses import replace

import pytest

from meshhub.model import WorkloadIdentity
from meshhub.outcome import Outcome
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import START, client_log, log_record, server_log, span_record
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.journey import Evidence, build_journey
from traces.model import Hop, Journey

REQUEST = "11111111-1111-4111-8111-111111111111"
TRACE = "ab" * 16

GATEWAY = Proxy("gateway", role="gateway")
SHOP, CART, STOCK = Proxy("shop"), Proxy("cart", version="v2"), Proxy("stock")


def journey(*logs: AccessLog, spans: tuple[Span, ...] = (), records: tuple[LogRecord, ...] = ()) -> Journey:
    return build_journey(REQUEST, Evidence(logs, spans, records))


def path(made: Journey) -> list[str]:
    """Each hop as "id caller-callee"."""
    return [f"{hop.id} {hop.source.identity.service}-{hop.destination.identity.service}" for hop in made.hops]


def notes(hop: Hop) -> list[str]:
    return [note.code for note in hop.notes]


def served(hop: Hop) -> list[str | None]:
    """The instance that served each attempt, None where none reported it."""
    return [attempt.server.instance if attempt.server else None for attempt in hop.attempts]


def call(source: Proxy, destination: Proxy, at: float, duration: float, *, late: float = 0) -> tuple[AccessLog, ...]:
    """Both sides of a call; the callee's clock is late by so many milliseconds."""
    return (
        client_log(source, destination, at, duration),
        server_log(source, destination, at + 1 - late, duration - 2),
    )


def test_both_sides_of_each_call_are_one_hop_in_causal_order() -> None:
    logs = (
        *call(SHOP, STOCK, 60, 20),
        *call(GATEWAY, SHOP, 0, 100),
        *call(CART, STOCK, 15, 20),
        *call(SHOP, CART, 10, 40),
    )
    made = journey(*logs)
    assert path(made) == ["1 gateway-shop", "1.1 shop-cart", "1.1.1 cart-stock", "1.2 shop-stock"]
    assert [(hop.parent, hop.depth) for hop in made.hops] == [("", 0), ("1", 1), ("1.1", 2), ("1", 1)]
    assert [hop.start_us for hop in made.hops] == [0, 10_000, 15_000, 60_000]
    assert all(hop.client and hop.server and not hop.notes for hop in made.hops)
    assert (made.start_unix_nano, made.duration_us, made.outcome) == (START, 100_000, Outcome.OK)


def test_a_hop_names_both_ends_as_each_knows_itself() -> None:
    (hop,) = journey(*call(SHOP, CART, 0, 10)).hops
    assert hop.source.identity == WorkloadIdentity("lab", "test", "shop", "v1")
    assert hop.destination.identity == WorkloadIdentity("lab", "test", "cart", "v2")
    assert (hop.source.principal, hop.destination.principal) == (SHOP.principal, CART.principal)
    assert (hop.source.instance, hop.destination.instance) == ("shop-v1-1", "cart-v2-1")


@pytest.mark.parametrize("late", [-3_600_000, -250, 250, 3_600_000])
def test_a_skewed_clock_is_corrected_and_does_not_change_the_order(late: float) -> None:
    logs = (
        *call(GATEWAY, SHOP, 0, 100),
        *call(SHOP, CART, 10, 40, late=late),
        *(replace(log, time_unix_nano=log.time_unix_nano - round(late * 1e6)) for log in call(CART, STOCK, 20, 20)),
        *call(SHOP, STOCK, 60, 20, late=late),
    )
    made = journey(*logs)
    assert path(made) == ["1 gateway-shop", "1.1 shop-cart", "1.1.1 cart-stock", "1.2 shop-stock"]
    inner = made.hops[2]
    assert inner.client is not None
    assert inner.client.skew_us == pytest.approx(late * 1000, abs=1000)
    assert inner.start_us == pytest.approx(20_000, abs=1000)
    assert "clock-skew" in notes(made.hops[1])
    assert notes(made.hops[0]) == []


def test_clocks_that_may_be_right_are_left_alone() -> None:
    made = journey(*call(GATEWAY, SHOP, 0, 100), *call(SHOP, CART, 10, 40))
    assert {report.skew_us for hop in made.hops for report in (hop.client, hop.server) if report} == {0}


def test_a_callee_that_goes_on_after_its_caller_gave_up_has_no_skew() -> None:
    made = journey(
        client_log(SHOP, CART, 0, 50, response_code=504, response_flags="UT"), server_log(SHOP, CART, 2, 300)
    )
    (hop,) = made.hops
    assert hop.server is not None
    assert (hop.server.skew_us, hop.outcome, made.duration_us) == (0, Outcome.SERVER_ERROR, 302_000)


def test_every_attempt_of_a_retried_call_is_apart() -> None:
    first, second = replace(CART, instance="cart-1"), replace(CART, instance="cart-2")
    made = journey(
        client_log(SHOP, CART, 0, 90, request_attempts=3),
        server_log(SHOP, first, 1, 20, response_code=503),
        server_log(SHOP, second, 25, 20, response_code=503),
        server_log(SHOP, first, 60, 20),
        client_log(second, STOCK, 26, 5),
    )
    assert path(made) == ["1 shop-cart", "1.1 cart-stock"]
    assert served(made.hops[0]) == ["cart-1", "cart-2", "cart-1"]
    assert made.hops[1].parent_attempt == 2
    assert made.hops[0].outcome is Outcome.OK
    assert made.hops[0].network_us is None
    assert notes(made.hops[0]) == ["retried"]


def test_attempts_that_nobody_served_come_first_unless_the_call_failed_on_the_way() -> None:
    retried = client_log(SHOP, CART, 0, 90, request_attempts=2)
    assert served(journey(retried, server_log(SHOP, CART, 50, 20)).hops[0]) == [None, "cart-v2-1"]
    failed = replace(retried, response_code=503, response_flags="UF,URX")
    assert served(journey(failed, server_log(SHOP, CART, 5, 20)).hops[0]) == ["cart-v2-1", None]


def test_a_call_that_never_arrived_says_so() -> None:
    (hop,) = journey(
        client_log(
            SHOP,
            CART,
            0,
            9,
            response_code=503,
            response_flags="UH",
            response_code_details="no_healthy_upstream",
            security="plaintext",
        )
    ).hops
    assert notes(hop) == ["not-reached"]
    assert hop.client is not None
    assert [flag.name for flag in hop.client.flags] == ["NoHealthyUpstream"]
    assert hop.client.details[0].text == "The upstream cluster has no healthy host."
    assert hop.client.tls.security == "unknown"
    assert served(hop) == [None]


def test_several_calls_to_one_service_are_paired_in_order() -> None:
    logs = [log for number in range(50) for log in call(SHOP, CART, number * 10, 8, late=60_000)]
    made = journey(*call(GATEWAY, SHOP, -1, 600), *logs)
    assert len(made.hops) == 51
    for number, hop in enumerate(made.hops[1:]):
        assert hop.server is not None
        assert hop.server.time_unix_nano == START + (number * 10 + 1 - 60_000) * 1_000_000


def test_parallel_calls_to_one_service_are_told_apart_by_path_and_time() -> None:
    def side_by_side(path: str, at: float, duration: float) -> tuple[AccessLog, ...]:
        return tuple(replace(log, path=path) for log in call(SHOP, CART, at, duration))

    made = journey(
        *side_by_side("/slow", 0, 50), *side_by_side("/fast", 0.1, 9), *side_by_side("/fast", 0.2, 30), request_of(SHOP)
    )
    for hop in made.hops[1:]:
        assert hop.server is not None
        assert hop.server.duration_us == hop.duration_us - 2000


def request_of(proxy: Proxy) -> AccessLog:
    """What the entrance's proxy says of the request that it passes on to a workload."""
    return client_log(GATEWAY, proxy, -10, 500)


def test_a_caller_without_proxy_leaves_a_hop_with_one_side() -> None:
    made = journey(server_log(SHOP, CART, 1, 8, source_service="", source_namespace="", source_principal=""))
    assert path(made) == ["1 -cart"]
    assert notes(made.hops[0]) == ["client-silent"]
    assert made.hops[0].client is None


def test_a_lost_server_report_does_not_cut_the_chain() -> None:
    made = journey(client_log(GATEWAY, SHOP, 0, 100), *call(SHOP, CART, 10, 40))
    assert path(made) == ["1 gateway-shop", "1.1 shop-cart"]
    assert [notes(hop) for hop in made.hops] == [["server-silent"], []]


def test_a_lost_client_report_does_not_cut_the_chain() -> None:
    made = journey(*call(GATEWAY, SHOP, 0, 100), server_log(SHOP, CART, 11, 38))
    assert path(made) == ["1 gateway-shop", "1.1 shop-cart"]
    assert notes(made.hops[1]) == ["client-silent"]


def test_a_chain_of_gateways_is_followed() -> None:
    inner = Proxy("inner", role="gateway")
    made = journey(client_log(GATEWAY, inner, 0, 50), *call(inner, SHOP, 2, 40))
    assert path(made) == ["1 gateway-inner", "1.1 inner-shop"]


def test_an_external_host_is_the_end_of_the_way() -> None:
    outside = client_log(
        SHOP,
        CART,
        10,
        30,
        destination_kind="external",
        destination_service="bank.example",
        destination_namespace="",
        destination_principal="",
    )
    made = journey(*call(GATEWAY, SHOP, 0, 100), outside)
    assert path(made)[1] == "1.1 shop-bank.example"
    assert notes(made.hops[1]) == []
    assert made.hops[1].destination.kind == "external"


def test_a_service_that_calls_itself_is_its_own_child_and_not_its_own_parent() -> None:
    made = journey(*call(SHOP, CART, 0, 100), *call(CART, CART, 10, 50), *call(CART, STOCK, 20, 10))
    assert path(made) == ["1 shop-cart", "1.1 cart-cart", "1.1.1 cart-stock"]


def test_two_requests_with_one_id_are_two_roots() -> None:
    made = journey(*call(GATEWAY, SHOP, 0, 10), *call(GATEWAY, SHOP, 1000, 10))
    assert path(made) == ["1 gateway-shop", "2 gateway-shop"]
    assert [note.code for note in made.notes] == ["several-roots"]


def test_the_network_is_what_the_caller_waited_longer() -> None:
    client = client_log(SHOP, CART, 0, 50, upstream_first_byte_us=40_000, upstream_response_us=2_000)
    (hop,) = journey(client, server_log(SHOP, CART, 3, 39)).hops
    assert hop.network_us == 3_000


def test_the_last_record_of_a_stream_stands_for_it() -> None:
    started = replace(server_log(SHOP, CART, 1, 0), log_type="DownstreamStart")
    (hop,) = journey(started, *call(SHOP, CART, 0, 10)).hops
    assert hop.server is not None
    assert hop.server.log_type == "DownstreamEnd"
    (running,) = journey(started).hops
    assert "running" in notes(running)


def test_a_request_id_found_by_its_trace_is_pointed_out() -> None:
    other = [replace(log, request_id="other") for log in call(SHOP, CART, 10, 40)]
    made = journey(*call(GATEWAY, SHOP, 0, 100), *other)
    assert path(made) == ["1 gateway-shop", "1.1 shop-cart"]
    assert notes(made.hops[1]) == ["other-request-id"]


def traced(log: AccessLog, span_id: str) -> AccessLog:
    return replace(log, trace_id=TRACE, span_id=span_id * 8)


def proxy_span(log: AccessLog, parent: str, **changes: str) -> Span:
    owner = Proxy(log.service, version=log.version)
    at, duration = (log.time_unix_nano - START) / 1e6, log.duration_us / 1000
    kind = "server" if log.reporter == "server" else "client"
    named = {"component": "proxy", "kind": kind, "name": kind, "request_id": REQUEST, "response_code": 200}
    return span_record(owner, log.span_id, parent * 8, at, duration, **(named | changes))


def test_spans_decide_who_called_whom_where_times_cannot() -> None:
    first_client, first_server = (
        traced(log, name) for log, name in zip(call(SHOP, CART, 0, 50), ("1a", "1b"), strict=True)
    )
    second_client, second_server = (
        traced(log, name) for log, name in zip(call(SHOP, CART, 0, 50), ("2a", "2b"), strict=True)
    )
    spans = (
        proxy_span(first_client, ""),
        proxy_span(second_client, ""),
        proxy_span(first_server, "2a"),
        proxy_span(second_server, "1a"),
    )
    made = journey(first_client, second_client, first_server, second_server, spans=spans)
    pairs = {(hop.client.span_id[:2], hop.server.span_id[:2]) for hop in made.hops if hop.client and hop.server}
    assert pairs == {("1a", "2b"), ("2a", "1b")}
    assert all(hop.client is not None and hop.client.span is not None for hop in made.hops)
    assert made.workloads[0].spans == ()


def test_an_applications_spans_and_lines_are_listed_under_its_workload_and_hop() -> None:
    client, server = (traced(log, name) for log, name in zip(call(GATEWAY, SHOP, 0, 100), ("1a", "1b"), strict=True))
    spans = (
        proxy_span(client, ""),
        proxy_span(server, "1a"),
        span_record(SHOP, "cc" * 8, "1b" * 8, 5, 80, name="checkout", events=[(START + 7_000_000, "paid", {"n": "1"})]),
        span_record(SHOP, "dd" * 8, "cc" * 8, 6, 10, name="inner"),
    )
    records = (
        log_record(SHOP, 50, "done", trace_id=TRACE, span_id="dd" * 8),
        log_record(replace(SHOP, version="", cluster=""), 20, "by time"),
        log_record(SHOP, 900, "afterwards"),
    )
    made = journey(client, server, spans=spans, records=records)
    shop = next(workload for workload in made.workloads if workload.identity.service == "shop")
    assert [(span.name, span.start_us, span.hop) for span in shop.spans] == [
        ("checkout", 5_000, "1"),
        ("inner", 6_000, "1"),
    ]
    assert shop.spans[0].events == ((7_000, "paid", {"n": "1"}),)
    assert [(line.body, line.offset_us, line.hop) for line in shop.logs] == [
        ("by time", 20_000, "1"),
        ("done", 50_000, "1"),
        ("afterwards", 900_000, ""),
    ]
    assert made.trace_ids == (TRACE,)
    assert made.sampling.spans == 4


def test_a_call_is_placed_by_the_span_it_was_made_in_not_by_time() -> None:
    outer = [traced(log, name) for log, name in zip(call(GATEWAY, SHOP, 0, 100), ("1a", "1b"), strict=True)]
    other = [traced(log, name) for log, name in zip(call(GATEWAY, SHOP, 1, 100), ("2a", "2b"), strict=True)]
    inner = traced(client_log(SHOP, CART, 10, 20), "3a")
    spans = (
        proxy_span(outer[1], "1a"),
        proxy_span(other[1], "2a"),
        span_record(SHOP, "cc" * 8, "1b" * 8, 5, 80),
        proxy_span(inner, "cc"),
    )
    assert path(journey(*outer, *other, inner, spans=spans)) == ["1 gateway-shop", "1.1 shop-cart", "2 gateway-shop"]


def test_a_proxy_that_sent_a_span_but_no_access_log_still_shows() -> None:
    client, server = (traced(log, name) for log, name in zip(call(SHOP, CART, 0, 50), ("1a", "1b"), strict=True))
    spans = (
        proxy_span(client, "", upstream_cluster="outbound|80||cart.test.svc.cluster.local"),
        proxy_span(server, "1a"),
    )
    attempt = span_record(SHOP, "ee" * 8, "1a" * 8, 1, 40, component="proxy", kind="client", name="router cart egress")
    (hop,) = journey(spans=(*spans, attempt)).hops
    assert hop.client is not None
    assert hop.server is not None
    assert (hop.client.evidence, hop.destination.identity.service) == ("span", "cart")
    assert notes(hop) == ["from-span"]
    assert [inner.name for inner in hop.client.inner_spans] == ["router cart egress"]


def test_a_request_that_only_an_application_saw_has_no_hops_and_says_so() -> None:
    made = journey(records=(log_record(SHOP, 5, "hello", request_id=REQUEST),))
    assert (made.hops, made.outcome, made.start_unix_nano) == ((), None, START + 5_000_000)
    assert [note.code for note in made.notes] == ["no-hops"]
    assert made.workloads[0].logs[0].offset_us == 0


def test_more_than_is_read_is_said() -> None:
    made = build_journey(REQUEST, Evidence(call(SHOP, CART, 0, 9), (), (), truncated=True))
    assert made.found.truncated
    (note,) = [note for note in made.notes if note.code == "truncated"]
    assert "of each kind the first, 2 access logs, 0 spans and 0 log lines" in note.text
