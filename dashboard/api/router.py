"""The API under /api/v1, put together of its families. Routes block, so they run in the server's bounded pool."""

from typing import Protocol

from fastapi import APIRouter

from dashboard.api.routes import (
    alerts,
    doctor,
    edges,
    events,
    findings,
    graphs,
    hub,
    hub_care,
    logs,
    proxies,
    requests,
    search,
    services,
    slos,
    traces,
    wiring,
)
from dashboard.api.streams import Streams
from meshhub.clock import Clock

PREFIX = "/api/v1"


class HubReads(hub.HubReads, graphs.Ages, Protocol):
    """dashboard.reads.hub.HubReads."""


class InsightReads(graphs.InsightReads, edges.InsightReads, services.Insights, Protocol):
    """dashboard.reads.insights.InsightReads."""


class LogReads(logs.LogReads, search.Completes, Protocol):
    """dashboard.reads.logs.LogReads."""


class Reads(Protocol):
    """What the API asks of the hub (dashboard.reads.Reads). Every method blocks and is thread-safe."""

    @property
    def hub(self) -> HubReads: ...

    @property
    def checkup(self) -> hub_care.CheckupReads: ...

    @property
    def backups(self) -> hub_care.BackupReads: ...

    @property
    def graphs(self) -> graphs.GraphReads: ...

    @property
    def insights(self) -> InsightReads: ...

    @property
    def findings(self) -> findings.FindingReads: ...

    @property
    def doctor(self) -> doctor.DoctorReads: ...

    @property
    def proxies(self) -> proxies.ProxyReads: ...

    @property
    def services(self) -> services.ServiceReads: ...

    @property
    def requests(self) -> requests.RequestReads: ...

    @property
    def alerts(self) -> alerts.AlertReads: ...

    @property
    def slos(self) -> slos.SloReads: ...

    @property
    def traces(self) -> traces.TraceReads: ...

    @property
    def search(self) -> search.SearchReads: ...

    @property
    def logs(self) -> LogReads: ...

    @property
    def wiring(self) -> wiring.WiringReads: ...


def create_router(reads: Reads, clock: Clock, streams: Streams | None = None) -> APIRouter:
    """The routes under /api/v1. `streams` are to be ended by who serves them."""
    router = APIRouter(prefix=PREFIX, tags=["v1"])
    streams = streams or Streams()
    graphs.add_routes(router, reads.graphs, reads.insights, reads.hub, clock)
    edges.add_routes(router, reads.graphs, reads.insights, clock)
    events.add_routes(router, reads.graphs, reads.insights, clock, streams)
    hub.add_routes(router, reads.hub, clock)
    hub_care.add_routes(router, reads.checkup, reads.backups)
    findings.add_routes(router, reads.findings, clock)
    doctor.add_routes(router, reads.doctor)
    proxies.add_routes(router, reads.proxies)
    requests.add_routes(router, reads.requests)
    services.add_routes(router, reads.services, reads.insights, clock)
    alerts.add_routes(router, reads.alerts, clock)
    slos.add_routes(router, reads.slos)
    search.add_routes(router, reads.search, reads.logs, clock)
    logs.add_routes(router, reads.logs, clock, streams)
    traces.add_routes(router, reads.traces)
    wiring.add_routes(router, reads.wiring, clock)
    return router
