"""Who is paged in the demo: promises for the shop's services, who is told, and a receiver shaped like PagerDuty.

The windows are the Google SRE Workbook's first pair (1 h and 5 min at 14.4) made sixty times shorter, so that a fault
pages while somebody watches; the five seconds became ten, the step in which the graph is counted.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from meshhub.demo import shop
from meshhub.demo.shop import Kind

OBJECTIVE = 99
ROUTING_KEY = "the-demo-needs-no-real-key-32chr"
PATH = "/v2/enqueue"


@dataclass(frozen=True, slots=True)
class Page:
    """One event as PagerDuty would get it. `summary` is empty for anything but a trigger."""

    action: str
    dedup_key: str
    summary: str
    source: str
    reason: str
    links: tuple[str, ...]


class OnCall:
    """Takes pages; `listen` is told of each. `pages` are all of them, oldest first."""

    def __init__(self, listen: Callable[[Page], None]) -> None:
        self._listen = listen
        self.pages: list[Page] = []

    def application(self) -> Starlette:
        """The receiver: POST /v2/enqueue of the Events API v2, GET /pages for those who want to see what came."""
        return Starlette(
            routes=[
                Route(PATH, self._enqueue, methods=["POST"]),
                Route("/pages", self._show, methods=["GET"]),
            ]
        )

    async def _enqueue(self, request: Request) -> Response:
        event = await request.json()
        if event.get("routing_key") != ROUTING_KEY:
            return JSONResponse({"status": "invalid event", "message": "no such routing key"}, 400)
        page = page_of(event)
        self.pages.append(page)
        self._listen(page)
        return JSONResponse({"status": "success", "message": "Event processed", "dedup_key": page.dedup_key}, 202)

    async def _show(self, _: Request) -> Response:
        return Response(json.dumps([page_content(page) for page in self.pages]), media_type="application/json")


def page_of(event: Mapping[str, Any]) -> Page:
    """What an event says."""
    payload = event.get("payload", {})
    return Page(
        event["event_action"],
        event["dedup_key"],
        payload.get("summary", ""),
        payload.get("source", ""),
        "\n".join(payload.get("custom_details", {}).get("firing", [])),
        tuple(link["href"] for link in event.get("links", [])),
    )


def page_content(page: Page) -> dict[str, Any]:
    """A page as plain values."""
    return {
        "action": page.action,
        "dedup_key": page.dedup_key,
        "summary": page.summary,
        "source": page.source,
        "reason": page.reason,
        "links": list(page.links),
    }


def write_alerting(directory: Path, receiver_url: str, hub_url: str) -> dict[str, Any]:
    """Write the SLOs and the notifications file; the hub's `alerting` section that names them."""
    slos, notifications = directory / "slos.yaml", directory / "notifications.yaml"
    slos.write_text(yaml.safe_dump({"slos": [_promise(name) for name in _promised()]}), encoding="utf-8")
    notifications.write_text(yaml.safe_dump(_notifications(receiver_url), sort_keys=False), encoding="utf-8")
    return {
        "slos": [str(slos)],
        "notifications": str(notifications),
        "external_url": hub_url,
        "evaluate_every_seconds": 2,
    }


def _promised() -> tuple[str, ...]:
    return shop.services(Kind.HTTP, Kind.GRPC)


def _promise(service: str) -> dict[str, Any]:
    return {
        "name": f"{service}-availability",
        "service": f"{shop.NAMESPACE}/{service}",
        "objective": OBJECTIVE,
        "indicator": "availability",
        "window": "1d",
        "burn_rates": [{"long": "60s", "short": "10s", "burn": 14.4, "severity": "page"}],
    }


def _notifications(receiver_url: str) -> dict[str, Any]:
    pager = {"routing_key": ROUTING_KEY, "url": f"{receiver_url}{PATH}"}
    return {
        "allow_private_addresses": True,
        "receivers": [{"name": "shop-oncall", "pagerduty": [pager]}],
        "route": {
            "receiver": "shop-oncall",
            "group_by": ["alertname", "service"],
            "group_wait": "4s",
            "group_interval": "10s",
            "repeat_interval": "10m",
        },
    }
