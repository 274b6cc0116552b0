"""Which requests count for an SLO and which are bad, on the real engine: views, rules, thresholds."""

import pytest

from alerting.evaluation.questions import duration_bucket
from alerting.evaluation.reader import Reader, Slice
from alerting.specification.loading import read_specifications
from alerting.specification.model import Slo
from alerting.windows import HOUR, MINUTE
from meshhub.outcome import UNREACHED_FLAGS, classify
from meshhub.testing.engine import rows
from meshhub.testing.slo_traffic import SloTraffic
from storage.client import Store
from traces.response_flags import RESPONSE_FLAGS


@pytest.fixture
def traffic(embedded_store: Store) -> SloTraffic:
    return SloTraffic(embedded_store)


def slo(keys: str) -> Slo:
    (made,) = read_specifications([("test", f"slos: [{{name: it, objective: 99, {keys}}}]")]).slos
    return made


def counted(traffic: SloTraffic, keys: str, minutes: int = 1) -> tuple[int, int]:
    """Requests and bad ones of an SLO in the first minutes."""
    first = traffic.start // MINUTE
    found = Reader(traffic.store).counts(slo(keys), Slice(MINUTE, first, first + minutes))
    return sum(row[0] for row in found.values()), sum(row[1] for row in found.values())


def test_of_two_views_of_a_call_the_callees_counts_for_a_service(traffic: SloTraffic) -> None:
    traffic.minutes(0, 1, 90, 10, reporter="server")
    traffic.minutes(0, 1, 80, 20, reporter="client")
    assert counted(traffic, "service: shop/checkout") == (100, 10)
    assert counted(traffic, "from: shop/frontend, to: shop/checkout") == (100, 20)
    assert counted(traffic, "from: shop/frontend") == (100, 20)


def test_what_never_reached_the_callee_is_added_to_its_view(traffic: SloTraffic) -> None:
    traffic.minutes(0, 1, 50, 0, reporter="server")
    traffic.minutes(0, 1, 50, 50, reporter="client", flags="UF,URX")
    assert counted(traffic, "service: shop/checkout") == (100, 50)


def test_where_one_view_is_missing_the_other_counts_minute_by_minute(traffic: SloTraffic) -> None:
    traffic.minutes(0, 1, 0, 7, reporter="client", flags="UH")
    traffic.minutes(1, 2, 100, 1, reporter="server")
    assert counted(traffic, "service: shop/checkout", 2) == (108, 8)
    assert counted(traffic, "from: shop/frontend, to: shop/checkout", 2) == (108, 8)


def test_other_services_namespaces_clusters_and_routes_do_not_count(traffic: SloTraffic) -> None:
    traffic.minutes(0, 1, 10, 1)
    traffic.minutes(0, 1, 100, 10, service="cart")
    traffic.minutes(0, 1, 5, 2, cluster="east", route="pay", caller="batch")
    assert counted(traffic, "service: shop/checkout") == (18, 3)
    assert counted(traffic, "service: checkout") == (18, 3)
    assert counted(traffic, "service: other/checkout") == (0, 0)
    assert counted(traffic, "service: shop/checkout, cluster: east") == (7, 2)
    assert counted(traffic, "service: shop/checkout, cluster: west") == (0, 0)
    assert counted(traffic, "service: shop/checkout, route: pay") == (7, 2)
    assert counted(traffic, "from: shop/batch, to: shop/checkout") == (7, 2)


def test_hours_are_the_sums_of_their_minutes(traffic: SloTraffic) -> None:
    traffic.minutes(0, 120, 90, 10)
    traffic.minutes(30, 60, 0, 5, reporter="client", flags="UF")
    first = traffic.start // HOUR
    found = Reader(traffic.store).counts(slo("service: shop/checkout"), Slice(HOUR, first, first + 2))
    assert list(found.values()) == [(6150, 750, 60), (6000, 600, 60)]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("indicator: availability", (110, 10)),
        ("indicator: {latency: {below: 300ms}}", (100, 40)),
        ("indicator: {latency: {below: 301ms}}", (100, 40)),
        ("indicator: {latency: {below: 310ms}}", (100, 0)),
        ("indicator: {availability: {}, latency: {below: 300ms}}", (110, 50)),
    ],
)
def test_latency_is_of_requests_that_did_not_fail(traffic: SloTraffic, keys: str, expected: tuple[int, int]) -> None:
    traffic.minutes(0, 1, 60, duration_us=299_999)
    traffic.minutes(0, 1, 40, 10, duration_us=300_000)
    assert counted(traffic, f"service: shop/checkout, {keys}") == expected


@pytest.mark.parametrize(
    ("status", "flags", "grpc", "keys", "expected"),
    [
        (500, "", -1, "", (2, 1)),
        (499, "", -1, "", (2, 0)),
        (0, "DC", -1, "", (2, 1)),
        (404, "", -1, "status_below: 400", (2, 1)),
        (429, "RL", -1, "", (2, 0)),
        (429, "RL", -1, "bad_flags: [RL, UO]", (2, 1)),
        (0, "DC", -1, "ignored_flags: [DC]", (1, 0)),
        (200, "", 14, "", (2, 1)),
        (200, "", 5, "", (2, 0)),
        (200, "", 5, "bad_grpc: [NOT_FOUND]", (2, 1)),
        (200, "", 14, "bad_grpc: [5]", (2, 0)),
    ],
)
def test_a_request_fails_by_the_rule(
    traffic: SloTraffic, status: int, flags: str, grpc: int, keys: str, expected: tuple[int, int]
) -> None:
    traffic.minutes(0, 1, 1, 1, status=status, flags=flags, grpc=grpc)
    assert counted(traffic, f"service: shop/checkout, indicator: {{availability: {{{keys}}}}}") == expected


FLAGS = tuple(sorted(RESPONSE_FLAGS))


@pytest.mark.parametrize("flag", ["", *FLAGS])
def test_connections_and_unreached_requests_are_judged_as_everywhere(embedded_store: Store, flag: str) -> None:
    question = (
        "SELECT meshhub_slo_failed('tcp', 0, -1, [{flag:String}], 500, [], []), meshhub_slo_unreached([{flag:String}])"
    )
    [(failed, unreached)] = rows(embedded_store, question, flag=flag)
    assert bool(failed) == classify(0, -1, flag, tcp=True).failed
    assert bool(unreached) == (flag in UNREACHED_FLAGS)


@pytest.mark.parametrize("microseconds", [0, 99, 100, 999, 300_000, 310_000, 10**9])
def test_a_threshold_has_the_bucket_that_the_engine_counts_in(embedded_store: Store, microseconds: int) -> None:
    question = "SELECT meshhub_duration_bucket({us:UInt64})"
    assert rows(embedded_store, question, us=microseconds) == [(duration_bucket(microseconds),)]
