"""A hub whose roles are processes of their own, on an engine over HTTP that each reaches over a link of its own."""

import resource
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from meshhub.testing.engine import rows
from meshhub.testing.envoys import free_ports
from meshhub.testing.front import Front, running_front
from meshhub.testing.hub import RunningHub, running_hub
from meshhub.testing.network import Link, running_link
from meshhub.testing.otlp import Proxy, access_log, inbound, logs_request
from storage.client import Store
from storage.settings import StorageSettings

HEADERS = {"Content-Type": "application/x-protobuf"}


@dataclass
class Role:
    """One process, how it reaches the engine, and how it is ended."""

    name: str
    settings: dict[str, str]
    data_dir: Path
    link: Link
    running: RunningHub | None = None
    ends: ExitStack = field(default_factory=ExitStack)

    @property
    def hub(self) -> RunningHub:
        assert self.running is not None, f"{self.name} does not run"
        return self.running

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start it on its directory."""
        store = {"store": f"clickhouse://{self.link.address}"}
        self.running = self.ends.enter_context(
            running_hub(self.data_dir, settings=store | self.settings, environment=environment)
        )

    def kill(self) -> None:
        """kill -9."""
        self.hub.process.kill()
        self.hub.wait()
        self.end()

    def end(self) -> None:
        """End it, as SIGTERM does, if it runs still."""
        self.ends.close()
        self.running = None

    @property
    def leads(self) -> bool:
        """Whether it is the one that evaluates SLOs, by its metrics."""
        return "\nmeshhub_alerting_leads 1" in self.hub.get("/metrics").text

    def check(self, name: str) -> str:
        """What /readyz says of a check; empty where it is well."""
        found = {each["name"]: each for each in self.hub.get("/readyz").json()["checks"]}
        return str(found[name]["reason"])


@dataclass
class Engine:
    """The engine's process, on one port for good."""

    directory: Path
    port: int
    front: Front
    ends: ExitStack

    def kill(self) -> None:
        """kill -9."""
        self.front.kill()
        self.ends.close()

    def start(self) -> None:
        """Start it again."""
        self.front = self.ends.enter_context(running_front(self.directory, "--port", str(self.port)))

    def fill_disk(self) -> None:
        """Have every write fail from now on, as on a full disk."""
        self._limit(1)

    def free_disk(self) -> None:
        """Have room again."""
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, largest_file: int) -> None:
        _, hard = resource.prlimit(self.front.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.front.process.pid, resource.RLIMIT_FSIZE, (largest_file, hard))


@dataclass
class DividedHub:
    """The processes by name ("collector", "alerting-1", …) and the engine."""

    folder: Path
    engine: Engine
    ends: ExitStack
    roles: dict[str, Role] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Role:
        return self.roles[name]

    def add(self, name: str, settings: Mapping[str, str]) -> Role:
        """A process that is not started yet; its role is the part of its name before "-"."""
        link = self.ends.enter_context(running_link("127.0.0.1", self.engine.port))
        (port,) = free_ports(1)  # the same after each start: the process is known by it
        own = {"roles": name.partition("-")[0], "web.address": f"127.0.0.1:{port}", **settings}
        role = self.roles[name] = Role(name, own, self.folder / name, link)
        self.ends.callback(role.end)
        return role

    def start(self) -> None:
        """Start all, one after the other: together they would take longer on few cores."""
        for role in self.roles.values():
            role.start()

    def stored(self) -> Counter[str]:
        """How often the access log of each request is in the store."""
        store = Store.open(f"clickhouse://127.0.0.1:{self.engine.port}", self.folder, StorageSettings())
        try:
            found = rows(store, "SELECT toString(request_id), count() FROM access_logs GROUP BY request_id")
        finally:
            store.close()
        return Counter({str(request): int(count) for request, count in found})


@contextmanager
def divided_hub(folder: Path, settings: Mapping[str, Mapping[str, str]]) -> Iterator[DividedHub]:
    """The engine runs; the processes of these names and settings are to be started."""
    with ExitStack() as of_engine, ExitStack() as ends:
        front = of_engine.enter_context(running_front(folder / "engine"))
        made = DividedHub(folder, Engine(folder / "engine", front.port, front, of_engine), ends)
        ends.callback(made.engine.kill)  # it would wait for connections that links hold
        for name, given in settings.items():
            made.add(name, given)
        yield made


class Load(threading.Thread):
    """Sends access logs of new requests, `size` at a time, to a collector that may come and go; nothing is sent twice.

    Every other of them failed while `failing` is set. `acknowledged` are the ids of those that were taken; `statuses`
    count the answers, 0 stands for none.
    """

    def __init__(self, collector: Role, *, failing: bool = False, pause: float = 0.05, size: int = 10) -> None:
        super().__init__(daemon=True)
        self._collector = collector
        self._pause = pause
        self._size = size
        self._stopped = threading.Event()
        self.failing = failing
        self.acknowledged: list[str] = []
        self.statuses: Counter[int] = Counter()

    def run(self) -> None:
        shop, cart = Proxy("chaos-shop"), Proxy("chaos-cart")
        with httpx.Client(trust_env=False, timeout=10) as client:
            while not self._stopped.wait(self._pause):
                ids = [str(uuid.uuid4()) for _ in range(self._size)]
                now = time.time_ns()
                codes = ["503" if self.failing and number % 2 else "200" for number in range(self._size)]
                records = [
                    access_log(now, inbound(shop, cart, request_id=each, response_code=code))
                    for each, code in zip(ids, codes, strict=True)
                ]
                body = logs_request(cart, records).SerializeToString()
                running = self._collector.running
                if running is None:
                    continue
                try:
                    answer = client.post(f"{running.otlp_http}/v1/logs", content=body, headers=HEADERS)
                except httpx.HTTPError:
                    self.statuses[0] += 1
                    continue
                self.statuses[answer.status_code] += 1
                if answer.status_code == 200:
                    self.acknowledged += ids

    def stop(self) -> list[str]:
        """End it; the ids that were acknowledged."""
        self._stopped.set()
        self.join(30)
        assert not self.is_alive()
        return self.acknowledged
