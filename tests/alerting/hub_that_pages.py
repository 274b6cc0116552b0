"""A process that pages and is killed at a chosen moment: `hub_that_pages.py LEDGER URL MOMENT`."""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from alerting.alerts.model import Observation, Sighting
from alerting.ledger.ledger import Ledger
from alerting.notify.guard import Guard
from alerting.notify.pagerduty import PagerDuty
from alerting.notify.sending import Sender
from alerting.notify.texts import HubLinks
from alerting.pager import Pager, Routing
from alerting.routing.model import Route
from meshhub.secret import Secret


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(path: str, url: str, moment: str) -> None:
    route = Route("0", "ops", group_by=("service",), group_wait=timedelta(0))
    ledger = Ledger(path)
    pager = Pager(ledger, Routing(route, channels={"ops": ["pagerduty"]}))
    now = datetime.now(UTC)
    pager.evaluate("slo", [Observation({"alertname": "Burn", "service": "cart"}, Sighting.MET)], now)
    if moment == "after_commit":
        die()
    (due,) = ledger.due(now)
    ledger.begin(due)
    if moment == "before_send":
        die()
    channel = PagerDuty(Secret("key"), HubLinks(), f"{url}/v2/enqueue")
    Sender(Guard(private_allowed=True)).deliver(channel, due)
    die()


main(*sys.argv[1:])
