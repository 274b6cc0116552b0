"""Which alerts are held back by others."""

from datetime import UTC, datetime, timedelta

from alerting.alerts.lifecycle import step
from alerting.alerts.model import Alert, Observation, Sighting
from alerting.inhibition import TAIL, InhibitionRule, ServiceKey, inhibited
from alerting.matchers import parse_matchers

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def alert(**labels: str) -> Alert:
    found = step(None, Observation({"alertname": "Burn", **labels}, Sighting.MET), NOON)
    assert found is not None
    return found


class Calls:
    """Services and whom they reach."""

    def __init__(self, **reach: str) -> None:
        self._reach = {_key(name): frozenset(map(_key, reached.split())) for name, reached in reach.items()}

    def reach(self, service: ServiceKey) -> frozenset[ServiceKey]:
        return self._reach.get(service, frozenset())


def _key(service: str) -> ServiceKey:
    return "", "shop", service


def of(service: str) -> Alert:
    return alert(namespace="shop", service=service)


def targets(alerts: list[Alert], calls: Calls) -> dict[str, str]:
    names = {each.fingerprint: each.labels["service"] for each in alerts}
    found = inhibited(alerts, (), NOON, calls)
    return {names[target]: names[inhibition.source] for target, inhibition in found.items()}


def test_a_failing_dependency_holds_back_its_callers() -> None:
    alerts = [of("gateway"), of("checkout"), of("payment"), of("catalog")]
    calls = Calls(gateway="checkout catalog payment", checkout="payment")
    assert targets(alerts, calls) == {"gateway": "catalog", "checkout": "payment"}
    found = inhibited(alerts, (), NOON, calls)
    assert found[of("checkout").fingerprint].reason == "payment, which checkout depends on, has an alert of its own"


def test_services_that_call_each_other_do_not_silence_each_other() -> None:
    calls = Calls(cart="stock cart", stock="cart stock", shop="cart stock")
    assert targets([of("cart"), of("stock")], calls) == {}
    assert targets([of("cart"), of("stock"), of("shop")], calls) == {"shop": "cart"}


def test_an_alert_without_a_service_is_nobodys_caller() -> None:
    assert inhibited([alert(job="x"), of("payment")], (), NOON, Calls(shop="payment")) == {}


RULE = InhibitionRule(parse_matchers('severity="page"'), parse_matchers('severity="ticket"'), ("service",))


def test_a_rule_holds_back_targets_with_equal_labels() -> None:
    page, ticket = alert(severity="page", service="cart"), alert(severity="ticket", service="cart")
    other = alert(severity="ticket", service="shop")
    assert list(inhibited([page, ticket, other], (RULE,), NOON)) == [ticket.fingerprint]


def test_an_alert_does_not_hold_back_itself() -> None:
    everything = InhibitionRule((), (), ())
    assert inhibited([alert(a="1"), alert(a="2")], (everything,), NOON) == {}


def test_what_is_over_holds_back_for_a_while_what_it_held_back_before() -> None:
    page, ticket = alert(severity="page", service="cart"), alert(severity="ticket", service="cart")
    ended = step(page, Observation(page.labels, Sighting.NOT_MET), NOON)
    later = step(None, Observation({**ticket.labels, "team": "b"}, Sighting.MET), NOON + timedelta(seconds=1))
    assert ended is not None
    assert later is not None
    assert list(inhibited([ended, ticket, later], (RULE,), NOON + TAIL - timedelta(seconds=1))) == [ticket.fingerprint]
    assert inhibited([ended, ticket], (RULE,), NOON + TAIL) == {}


def test_a_caller_whose_dependency_just_recovered_is_not_paged_for_its_tail() -> None:
    payment, checkout = of("payment"), of("checkout")
    ended = step(payment, Observation(payment.labels, Sighting.NOT_MET), NOON)
    assert ended is not None
    assert list(inhibited([ended, checkout], (), NOON, Calls(checkout="payment"))) == [checkout.fingerprint]
