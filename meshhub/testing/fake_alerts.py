"""A real pager with made-up alerts in it, on a ledger in memory: alerts, a silence, a delivery log."""

from datetime import UTC, datetime, timedelta

from alerting.alerts.model import Observation, Sighting
from alerting.ledger.ledger import Ledger
from alerting.matchers import parse_matchers
from alerting.notify.model import Channel
from alerting.outbox import Notification, Outcome, Result
from alerting.routing.loading import Notifications, read_notifications
from alerting.service import AlertingService
from alerting.silences import Silence
from alerting.vitals import Vitals
from dashboard.reads.alerts import AlertReads
from meshhub.clock import Clock

NOTIFICATIONS = """
external_url: https://hub.example
allow_private_addresses: true
receivers:
  - name: shop-oncall
    pagerduty: [{routing_key: not-a-real-key}]
  - name: everybody
    slack: [{url: "https://hooks.slack.example/services/not-real"}]
route:
  receiver: everybody
  group_by: [service]
  group_wait: 0s
  routes:
    - receiver: shop-oncall
      matchers: ['severity="page"']
inhibit_rules:
  - source_matchers: ['severity="page"']
    target_matchers: ['severity="ticket"']
    equal: [service]
"""

REASON = (
    "It began at 13:21 UTC, 39 min ago.\n"
    "96 % of it is on the edge shop/storefront → shop/checkout.\n"
    "88 % of those that failed are on version v2, which has 25 % of all.\n"
    "Most end with 503, flag UF. Upstream connection failure.\n"
    "At 13:20 UTC version v2 of checkout was seen for the first time."
)


def burning(service: str, severity: str, sighting: Sighting = Sighting.MET) -> Observation:
    """A budget that burns."""
    return Observation(
        {
            "alertname": "ErrorBudgetBurn",
            "severity": severity,
            "service": service,
            "namespace": "shop",
            "slo": service,
        },
        sighting,
        {
            "summary": f"{service}: 2.1 % of the requests of shop/{service} failed in the last 1h: 21 times what 99.9 "
            "% allows.",
            "description": "At this rate the 30-day budget is gone in 34 h: 71 % of it is left.",
            "reason": REASON,
            "example_requests": "0f9b3c1e-5d0c-9f6e-8a5b-0c2f4a1d7e11 1f9b3c1e-5d0c-4f6e-8a5b-0c2f4a1d7e12",
        },
        generator_url=f"/ui/slos?slo={service}",
    )


def shop_service(clock: Clock) -> AlertingService:
    """The shop on a bad day, at this moment; nothing of it runs."""
    service = AlertingService(
        Ledger(":memory:"), read_notifications(NOTIFICATIONS, lambda: 0.0), clock, Vitals, delivery=TellsNobody()
    )
    now = clock.now()
    began = now - timedelta(minutes=39)
    seen = [burning("checkout", "page"), burning("checkout", "ticket"), burning("payment", "page")]
    service.pager.evaluate("slo", seen, began)
    service.pager.silence(
        Silence(
            "a1b2", parse_matchers('service="payment"'), began, now + timedelta(hours=1), "ann", "deploying v3", began
        ),
        "ann",
        began,
    )
    service.pager.evaluate("slo", [*seen, burning("catalog", "ticket")], began + timedelta(minutes=2))
    for notification in service.ledger.due(began + timedelta(minutes=2)):
        service.ledger.begin(notification)
        failed = notification.receiver == "everybody"
        outcome = Outcome(Result.RETRY if failed else Result.DELIVERED, "answered 503" if failed else "answered 202")
        service.ledger.record(notification, outcome, began + timedelta(minutes=2), now + timedelta(minutes=1))
    over = [burning("checkout", "page"), burning("checkout", "ticket"), burning("catalog", "ticket", Sighting.NOT_MET)]
    service.pager.evaluate("slo", [*over, burning("payment", "page")], now - timedelta(minutes=5))
    return service


class FakeAlertReads(AlertReads):
    """AlertReads of the shop on a bad day; `clear` makes it a good one."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock or _Noon())
        self._clock_used = clock or _Noon()
        self.connect(shop_service(self._clock_used))

    def clear(self) -> None:
        """Nothing is wrong, and nobody was told of anything."""
        nothing: Notifications = read_notifications(NOTIFICATIONS, lambda: 0.0)
        self.connect(AlertingService(Ledger(":memory:"), nothing, self._clock_used, Vitals, delivery=TellsNobody()))


class TellsNobody:
    """Delivers everything to nobody."""

    def deliver(self, channel: Channel, notification: Notification) -> Outcome:
        return Outcome(Result.DELIVERED, f"made {len(channel.messages(notification))} messages")


class _Noon:
    def now(self) -> datetime:
        return datetime(2026, 3, 1, 14, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0
