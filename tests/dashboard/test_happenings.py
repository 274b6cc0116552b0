"""What happened to services, on the real engine and a real pager."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.reads import Reads
from dashboard.reads.happenings import HappeningKind
from envoy_config.history.history import History
from envoy_config.history.model import Applied, AppliedDocument, Scope
from meshhub.clock import SystemClock
from meshhub.model import Signal, TimeRange
from meshhub.testing.fake_alerts import shop_service
from meshhub.testing.otlp import Proxy, access_log, inbound, load, logs_request
from storage.client import Store
from topology.model import NodeKind, ServiceNode

SPACE = f"happen{secrets.token_hex(3)}"
NOW = int(time.time() // 60) * 60
WINDOW = TimeRange(datetime.fromtimestamp(NOW - 900, UTC), datetime.fromtimestamp(NOW, UTC))
BORN = NOW - 420


def node(service: str, namespace: str) -> ServiceNode:
    return ServiceNode(
        f"lab:{namespace}:{service}", NodeKind.SERVICE, "lab", namespace, service, (), True, (), None, None
    )


@pytest.fixture(scope="module")
def reads(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Reads:
    """Version v1 was there before the window, v2 came within it."""
    front = Proxy("front", SPACE)
    requests = []
    for version, first in (("v1", NOW - 1_800), ("v2", BORN)):
        back = Proxy("back", SPACE, version=version)
        logs: list[Any] = [access_log(second * 10**9, inbound(front, back)) for second in range(first, NOW, 30)]
        requests.append(logs_request(back, logs))
    load(embedded_store, tmp_path_factory.mktemp("segments"), Signal.LOGS, requests)
    made = Reads(embedded_store, SystemClock())
    made.alerts.connect(shop_service(SystemClock()))
    return made


def test_a_version_is_born_when_it_is_first_seen_and_the_oldest_was_there(reads: Reads) -> None:
    (born,) = reads.happenings.births(node("back", SPACE), WINDOW)
    assert (born.kind, born.text) == (HappeningKind.VERSION, "version v2 of back first seen")
    assert born.time == datetime.fromtimestamp(BORN // 60 * 60, UTC)
    earlier = TimeRange(WINDOW.start - timedelta(hours=1), WINDOW.start)
    assert reads.happenings.births(node("back", SPACE), earlier) == ()
    assert reads.happenings.births(node("nobody", SPACE), WINDOW) == ()


def test_alerts_about_a_service_begin_and_end(reads: Reads) -> None:
    hour = TimeRange.last(timedelta(hours=1), now=datetime.now(UTC))
    told = [happening.text for happening in reads.happenings.crossings(node("catalog", "shop"), hour)]
    assert told == ["ErrorBudgetBurn began to fire", "ErrorBudgetBurn is over"]
    assert reads.happenings.crossings(node("catalog", "other"), hour) == ()
    minute = TimeRange.last(timedelta(minutes=1), now=datetime.now(UTC))
    assert reads.happenings.crossings(node("catalog", "shop"), minute) == ()


def test_configuration_is_put_in_force_for_those_it_covers(embedded_store: Store) -> None:
    made, history = Reads(embedded_store, SystemClock()), History(":memory:")
    assert made.happenings.applied(WINDOW) == ()
    made.wiring.connect(history)
    one = Scope("shop", "envoy", "ads", namespace="shop", service="catalog")
    for minutes, scope, message in ((-9, Scope("shop", "istio"), "sample all"), (-5, one, ""), (5, one, "later")):
        documents = (AppliedDocument("a", str(minutes)),)
        history.record(Applied(scope, documents, "ann", message), WINDOW.end + timedelta(minutes=minutes))
    told = [(each.kind, each.text) for each in made.happenings.applied(WINDOW, node("catalog", "shop"))]
    assert told == [
        (HappeningKind.CONFIG, "ann applied v1 of istio of shop: sample all"),
        (HappeningKind.CONFIG, "ann applied v2 of envoy of shop for shop/catalog (ads)"),
    ]
    assert len(made.happenings.applied(WINDOW, node("cart", "shop"))) == 1
    assert len(made.happenings.applied(WINDOW)) == 2
    history.close()
    assert made.happenings.applied(WINDOW) == ()


def test_without_alerting_nothing_crossed(embedded_store: Store) -> None:
    assert Reads(embedded_store, SystemClock()).happenings.crossings(node("catalog", "shop"), WINDOW) == ()
