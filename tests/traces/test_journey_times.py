"""Where the time of a request went: parts add up, calls side by side count once, what nobody measured is named."""

from meshhub.testing.otlp import Proxy
from meshhub.testing.records import address_of, client_log, server_log
from storage.records.access_logs import AccessLog
from traces.journey import Evidence, build_journey
from traces.model import Journey
from traces.time_model import TimePart

SHOP, CART, STOCK = Proxy("shop"), Proxy("cart"), Proxy("stock")


def journey(*logs: AccessLog) -> Journey:
    return build_journey("11111111-1111-4111-8111-111111111111", Evidence(logs, (), ()))


def test_a_call_is_split_between_both_proxies_the_network_and_the_application() -> None:
    client = client_log(
        SHOP, CART, 0, 50, upstream_queue_us=10_000, upstream_connect_us=6_000, upstream_handshake_us=2_000,
        upstream_first_byte_us=35_000, upstream_response_us=4_000,
    )  # fmt: skip
    server = server_log(
        SHOP, CART, 12, 30, upstream_queue_us=3_000, upstream_first_byte_us=25_000, upstream_response_us=1_000
    )
    assert journey(client, server).times.parts == {
        TimePart.CONNECT: 8_000,
        TimePart.QUEUE: 2_000,
        TimePart.NETWORK: 9_000,
        TimePart.CALLEE_PROXY: 3_000,
        TimePart.UPSTREAM: 25_000,
        TimePart.TRANSFER: 3_000,
    }


def test_a_connection_that_was_there_before_took_no_time() -> None:
    client = client_log(
        SHOP, CART, 0, 9, upstream_queue_us=500, upstream_connect_us=6_000, upstream_first_byte_us=8_000
    )
    assert journey(client).times.parts == {TimePart.QUEUE: 500, TimePart.BEYOND: 8_000, TimePart.TRANSFER: 500}


def test_what_no_proxy_timed_is_unknown_or_beyond() -> None:
    assert journey(client_log(SHOP, CART, 0, 9)).times.parts == {TimePart.BEYOND: 9_000}
    tcp = client_log(SHOP, CART, 0, 9, transport="tcp")
    assert journey(tcp).times.parts == {TimePart.UNKNOWN: 9_000}


def test_calls_side_by_side_count_once() -> None:
    made = journey(client_log(SHOP, CART, 0, 100), server_log(SHOP, CART, 0, 100),
                   client_log(CART, STOCK, 10, 40), client_log(CART, STOCK, 20, 40))  # fmt: skip
    assert [(each.hop, each.time_us) for each in made.spent] == [("1", 50_000), ("1.1", 40_000), ("1.2", 10_000)]
    assert sum(made.times.parts.values()) == 100_000


def test_a_hop_that_only_waited_for_its_calls_spent_nothing() -> None:
    made = journey(client_log(SHOP, CART, 0, 100), server_log(SHOP, CART, 0, 100), client_log(CART, STOCK, 0, 100))
    assert [(each.hop, each.time_us) for each in made.spent] == [("1.1", 100_000)]


def test_the_bottleneck_and_the_failure_are_said_in_words() -> None:
    made = journey(
        client_log(SHOP, CART, 0, 100, response_code=503),
        server_log(SHOP, CART, 1, 98, response_code=503, upstream_first_byte_us=97_000),
        client_log(CART, STOCK, 10, 80, response_code=503, response_flags="UF"),
    )
    told = {note.code: note.text for note in made.notes}
    assert told["failed-at"].startswith("It failed first at hop 1.1, cart:v1 → stock: No connection")
    assert f"host {address_of(STOCK)}" in told["failed-at"]
    assert told["bottleneck"].startswith("80 ms of 100 ms (80 %) went to hop 1.1, cart:v1 → stock")


def test_an_application_that_fails_by_itself_is_named() -> None:
    made = journey(client_log(SHOP, CART, 0, 9, response_code=500), server_log(SHOP, CART, 1, 7, response_code=500))
    assert "the application of cart:v1 itself answered 500" in made.notes[0].text


def test_plaintext_between_workloads_is_said_and_who_allows_it() -> None:
    plain = {"security": "plaintext", "source_principal": "", "destination_principal": ""}
    (hop,) = journey(client_log(SHOP, CART, 0, 9, **plain), server_log(SHOP, CART, 1, 7, **plain)).hops
    (note,) = [note for note in hop.notes if note.code == "plaintext"]
    assert "cart accepts plaintext (permissive)" in note.text
    (odd,) = journey(client_log(SHOP, CART, 0, 9), server_log(SHOP, CART, 1, 7, security="plaintext")).hops
    assert "security-disagrees" in [note.code for note in odd.notes]
