"""The hub under the demo: a child process, and what the demo asks of its API."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from meshhub.demo.ports import LOOPBACK, preferred_or_free
from meshhub.demo.processes import Child
from meshhub.demo.report import Journey
from meshhub.errors import MeshhubError

READY_SECONDS = 60.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.2
SETTINGS_PREFIX = "MESHHUB_"
"""Environment variables that override the hub's settings file; those of the user's own hub are not for this one."""

DEFAULT_PORTS = {
    "OTLP/gRPC": 4317,
    "OTLP/HTTP": 4318,
    "Zipkin": 9411,
    "web": 8080,
    "Jaeger gRPC": 16685,
    "ADS": 18000,
}


HELD_TO = {
    "direction": "both",
    "minimum_requests": 20,
    "tolerances": [
        {"kind": "5xx|grpc|no_response|reset", "degraded": 3, "failing": 10},
        {"kind": "4xx", "degraded": 10, "failing": 20},
    ],
}
"""What the shop's calls are held to: at a few requests per second, one that fails in a minute is no reason to worry."""


@dataclass(frozen=True, slots=True)
class HubPorts:
    """Where the hub listens on the loopback interface. `moved` says in words which default ports were taken."""

    otlp_grpc: int
    otlp_http: int
    zipkin: int
    web: int
    jaeger_grpc: int
    ads: int
    moved: tuple[str, ...] = ()

    @classmethod
    def choose(cls) -> "HubPorts":
        """The default ports, and a free one for each that is taken."""
        chosen = {name: preferred_or_free(port) for name, port in DEFAULT_PORTS.items()}
        moved = tuple(
            f"port {port} is taken: {name} is at {chosen[name]}"
            for name, port in DEFAULT_PORTS.items()
            if chosen[name] != port
        )
        return cls(
            chosen["OTLP/gRPC"],
            chosen["OTLP/HTTP"],
            chosen["Zipkin"],
            chosen["web"],
            chosen["Jaeger gRPC"],
            chosen["ADS"],
            moved,
        )

    @property
    def url(self) -> str:
        """The base URL of the hub's pages and API."""
        return f"http://{LOOPBACK}:{self.web}"

    def settings(self, data_dir: Path, sections: Mapping[str, Any]) -> dict[str, Any]:
        """The hub's settings file as data; `sections` are those that others know."""
        return {
            "data_dir": str(data_dir),
            "collector": {
                "endpoints": {
                    "otlp_grpc": f"{LOOPBACK}:{self.otlp_grpc}",
                    "otlp_http": f"{LOOPBACK}:{self.otlp_http}",
                    "zipkin": f"{LOOPBACK}:{self.zipkin}",
                }
            },
            "web": {"address": f"{LOOPBACK}:{self.web}"},
            "jaeger_grpc": {"address": f"{LOOPBACK}:{self.jaeger_grpc}"},
            "topology": {"health": {"rules": [dict(HELD_TO)]}},
            **sections,
        }


class HubClient:
    """What the hub shows, asked over its own API.

    Raises:
        MeshhubError: the hub did not answer, or not with what its API promises.
    """

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=10.0, trust_env=False)

    async def ready(self) -> bool:
        """Whether it takes telemetry and its engine answers; False too when nobody listens yet."""
        try:
            return (await self._client.get("/readyz")).status_code == 200
        except httpx.HTTPError:
            return False

    async def journey(self, request_id: str) -> Journey:
        """What the hub shows of a request; nothing if it does not know the id."""
        answer = await self._get(f"/api/v1/requests/{request_id}", {})
        return Journey() if answer is None else journey_of(answer)

    async def edges(self) -> frozenset[tuple[str, str]]:
        """The calls (caller, callee) that the graph of the last 15 minutes shows, by service name."""
        answer = await self._get("/api/v1/graph", {"window": "15m"})
        return frozenset() if answer is None else edges_of(answer)

    async def close(self) -> None:
        await self._client.aclose()

    async def _get(self, path: str, parameters: Mapping[str, str]) -> Any:
        try:
            answer = await self._client.get(path, params=dict(parameters))
            if answer.status_code == 404:
                return None
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise MeshhubError(f"could not ask the hub for {path}: {error}") from error


def journey_of(body: Mapping[str, Any]) -> Journey:
    """Read the answer to GET /api/v1/requests/{id}: whose proxies reported, and how many spans there are."""
    reporting = [workload for workload in body["workloads"] if workload["proxy_reported"]]
    return Journey(frozenset(f"{w['service']}:{w['version']}" for w in reporting), body["found"]["spans"])


def edges_of(graph: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The service names at both ends of each edge, from the answer to GET /api/v1/graph."""
    return frozenset((edge["source"]["service"], edge["destination"]["service"]) for edge in graph["edges"])


class HubProcess:
    """`meshhub serve` as a child process."""

    def __init__(self, ports: HubPorts, *, data_dir: Path, work: Path, sections: Mapping[str, Any]) -> None:
        """`work` receives the settings file and the log; `sections` are of the settings."""
        self._ports = ports
        self._data_dir = data_dir
        self._sections = sections
        self._settings = work / "meshhub.yaml"
        self._log = work / "meshhub.log"
        self._child: Child | None = None

    async def start(self, client: HubClient) -> None:
        """Start it and wait until it is ready.

        Raises:
            MeshhubError: it ended or was not ready in time; the message has the end of its log.
        """
        self._settings.write_text(
            yaml.safe_dump(self._ports.settings(self._data_dir, self._sections)), encoding="utf-8"
        )
        command = [sys.executable, "-m", "meshhub.cli", "serve", "--config", str(self._settings)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS_PREFIX)}
        self._child = await Child.start("the hub", command, log=self._log, environment=environment)
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await client.ready():
                    if self._child.exit_code is not None:
                        raise self._failure(f"it ended with code {self._child.exit_code}")
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as error:
            raise self._failure(f"it was not ready after {READY_SECONDS:g} s") from error

    def check(self) -> None:
        """Make sure that it runs.

        Raises:
            MeshhubError: it has ended; the message has the end of its log.
        """
        if self._child is not None and self._child.exit_code is not None:
            raise self._failure(f"it ended with code {self._child.exit_code}", verb="keep up")

    async def stop(self) -> None:
        """Let it finish its work and end."""
        if self._child is not None:
            await self._child.stop(grace=STOP_SECONDS)

    def _failure(self, cause: str, verb: str = "start") -> MeshhubError:
        lines = self._child.last_lines() if self._child else ""
        return MeshhubError(f"could not {verb} the hub: {cause}.\n{lines}")
