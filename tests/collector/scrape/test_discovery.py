"""Discovery over the real protocols: Consul's and Kubernetes' HTTP APIs and DNS, each served by a stand-in."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import Queue
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.scrape.discovery import kubernetes
from collector.scrape.discovery.consul import ConsulSource
from collector.scrape.discovery.dns import DnsSource
from collector.scrape.discovery.kubernetes import KubernetesSource, pod_labels
from collector.scrape.discovery.source import Source
from collector.scrape.settings import ConsulSettings, DnsSettings, KubernetesSettings
from collector.scrape.target import Found
from meshhub.testing.exposing import Answer, exposing

SECONDS = 20

Condition = Callable[[list[list[Found]], int], bool]


def discovered(source: Source, until: Condition) -> tuple[list[list[Found]], int]:
    """Run a source until what it published, and how often it failed, is enough."""

    async def run() -> tuple[list[list[Found]], int]:
        published: list[list[Found]] = []
        failures = 0
        changed = asyncio.Event()

        def publish(found: list[Found]) -> None:
            published.append(found)
            changed.set()

        def fail() -> None:
            nonlocal failures
            failures += 1
            changed.set()

        task = asyncio.create_task(source.run(publish, fail))
        try:
            async with asyncio.timeout(SECONDS):
                while not until(published, failures):
                    await changed.wait()
                    changed.clear()
        finally:
            task.cancel()
            await asyncio.wait([task])
        return published, failures

    return asyncio.run(run())


def as_json(content: Any, status: int = 200) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps(content).encode()


def test_consuls_catalogue_is_read_and_kept_while_it_fails() -> None:
    services = {"web": ["prod"], "web-sidecar-proxy": ["prod", "v1"], "db": []}
    instance = {
        "Node": "n1", "Address": "10.0.0.1", "Datacenter": "dc1", "ServiceID": "web-1", "ServiceName": "web",
        "ServiceAddress": "", "ServicePort": 8080, "ServiceTags": ["prod"], "ServiceMeta": {"a.b": "c"},
        "NodeMeta": None,
    }  # fmt: skip
    asked: list[str] = []

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        asked.append(path)
        assert headers["x-consul-token"] == "secret"
        if path.startswith("/v1/catalog/services"):
            return as_json(services) if len(asked) < 5 else as_json("rpc error", 500)
        return as_json([instance, {**instance, "ServiceTags": []}])

    with exposing(answer) as consul:
        settings = ConsulSettings(
            server=f"http://{consul.address}", token="secret", tags=("prod",), datacenter="dc1", refresh_seconds=0.01
        )
        published, failures = discovered(ConsulSource(settings), lambda seen, failed: bool(seen) and failed > 1)
    assert asked[:3] == [
        "/v1/catalog/services?dc=dc1", "/v1/catalog/service/web?dc=dc1", "/v1/catalog/service/web-sidecar-proxy?dc=dc1",
    ]  # fmt: skip
    assert failures > 1
    [found] = published
    assert len(found) == 2
    labels = found[0].labels
    assert labels["__address__"] == "10.0.0.1:8080"
    assert labels["__meta_consul_tags"] == ",prod,"
    assert labels["__meta_consul_service_metadata_a_b"] == "c"


@pytest.mark.parametrize("content", [b"no", b"[]", b'{"a": 1}', b'{"a": ["x"]}'])
def test_odd_answers_of_consul_are_failures(content: bytes) -> None:
    with exposing(lambda *_: (200, {}, content)) as consul:
        settings = ConsulSettings(server=f"http://{consul.address}", refresh_seconds=0.01)
        published, failures = discovered(ConsulSource(settings), lambda _, failed: failed > 1)
    assert (published, failures > 1) == ([], True)


def pod(name: str, address: str = "10.0.0.1", version: str = "1", **labels: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "shop", "uid": name, "labels": labels, "resourceVersion": version},
        "spec": {"containers": [{"name": "app", "ports": [{"name": "http", "containerPort": 8080}]}]},
        "status": {"podIP": address, "phase": "Running"},
    }


class Cluster:
    """A stand-in for the Kubernetes API: lists in pages, and watches that say what is put into them."""

    def __init__(self, pods: list[dict[str, Any]]) -> None:
        self.pods = pods
        self.scripts: list[list[Any]] = []
        self.saying: Queue[Any] = Queue()
        self.lists = 0
        self.watched: list[str] = []
        self.failing = 0
        self.failing_after = 0

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        assert url.path == "/api/v1/namespaces/shop/pods"
        assert headers["authorization"] == "Bearer secret"
        assert query["labelSelector"] == "app"
        if self.failing and self.lists == self.failing_after and "watch" not in query:
            self.failing -= 1
            return as_json({"kind": "Status", "message": "forbidden"}, 403)
        if "watch" in query:
            if self.watched:  # the first watch says what was put in before it, too
                self.saying = Queue()
            self.watched.append(query["resourceVersion"])
            for event in self.scripts.pop(0) if self.scripts else ():
                self.saying.put(event)
            return 200, {}, self._events(self.saying)
        if "continue" not in query:
            self.lists += 1
            return as_json({"metadata": {"resourceVersion": "10", "continue": "next"}, "items": self.pods[:1]})
        return as_json({"metadata": {"resourceVersion": "10"}, "items": self.pods[1:]})

    def _events(self, saying: Queue[Any]) -> Iterator[bytes]:
        """Each watch says what is put into the queue that was made for it."""
        while True:
            event = saying.get(timeout=SECONDS)
            if event is None:
                return
            yield event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n"


def names(found: list[Found]) -> list[str]:
    return sorted(each.labels["__meta_kubernetes_pod_name"] for each in found)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes, "RETRY_SECONDS", (0.01, 0.01))
    monkeypatch.setattr(kubernetes, "SETTLE_SECONDS", 0.0)


def settings_for(address: str) -> KubernetesSettings:
    return KubernetesSettings.model_validate(
        {"api_server": f"http://{address}", "bearer_token": "secret", "namespaces": ["shop"], "label_selector": "app",
         "cluster": "east"}
    )  # fmt: skip


def test_pods_are_listed_in_pages_and_watched(hasty: None) -> None:
    cluster = Cluster([pod("a"), pod("b")])
    cluster.scripts = [[], [{"type": "MODIFIED", "object": pod("c", "10.0.0.9", version="21")}]]
    steps: list[tuple[list[str], Any]] = [
        (["a", "b"], {"type": "ADDED", "object": pod("c", version="11")}),
        (["a", "b", "c"], {"type": "DELETED", "object": pod("a", version="12")}),
        (["b", "c"], {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "20"}}}),
        (["b", "c"], None),  # the watch ends: it goes on from where it was
    ]

    def until(published: list[list[Found]], _failures: int) -> bool:
        while steps and published and names(published[-1]) == steps[0][0]:
            cluster.saying.put(steps.pop(0)[1])
        return not steps and published[-1][-1].labels["__address__"] == "10.0.0.9:8080"

    with exposing(cluster.answer) as api:
        published, failures = discovered(KubernetesSource(settings_for(api.address)), until)
        cluster.saying.put(None)
    assert (cluster.lists, failures, cluster.watched) == (1, 0, ["10", "20"])
    assert {found.labels["cluster"] for found in published[-1]} == {"east"}


def test_a_version_that_is_too_old_and_answers_that_are_odd_lead_to_a_new_list(hasty: None) -> None:
    cluster = Cluster([pod("a"), pod("b")])
    gone = {"type": "ERROR", "object": {"kind": "Status", "code": 410}}
    cluster.scripts = [[gone], [b"not JSON\n"], [b'{"type": "ADDED"}\n'], [gone]]

    cluster.failing, cluster.failing_after = 2, 4

    def until(_published: list[list[Found]], failures: int) -> bool:
        return failures == 4 and cluster.lists == 5

    with exposing(cluster.answer) as api:
        published, _ = discovered(KubernetesSource(settings_for(api.address)), until)
        cluster.saying.put(None)
    assert {tuple(names(found)) for found in published} == {("a", "b")}  # never lost in between


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8)), st.lists(st.integers(0, 65535), max_size=3))
def test_any_pod_has_a_target_for_each_port(labels: dict[str, str], ports: list[int]) -> None:
    made = pod("a")
    made["metadata"]["labels"] = labels
    made["spec"]["containers"][0]["ports"] = [{"containerPort": port} for port in ports]
    assert len(list(pod_labels(made))) == max(len(ports), 1)


Records = Mapping[tuple[str, str], list[str]]


@contextmanager
def name_server(records: Records) -> Iterator[str]:
    """A DNS server with these records; "SERVFAIL" is one that fails."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                data, client = server.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(data)
            [question] = query.question
            response = dns.message.make_response(query)
            kind = dns.rdatatype.to_text(question.rdtype)
            found = records.get((str(question.name).rstrip("."), kind))
            if found is None:
                response.set_rcode(dns.rcode.NXDOMAIN)
            elif found == ["SERVFAIL"]:
                response.set_rcode(dns.rcode.SERVFAIL)
            else:
                response.answer.append(dns.rrset.from_text(question.name, 1, "IN", kind, *found))
            server.sendto(response.to_wire(), client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def test_names_are_looked_up() -> None:
    records = {
        ("_http._tcp.web.test", "SRV"): ["0 5 8080 a.web.test.", "0 5 8081 b.web.test."],
        ("web.test", "A"): ["10.0.0.2", "10.0.0.1"],
        ("web.test", "AAAA"): ["fd00::1"],
    }
    expected = {
        "SRV": ("_http._tcp.web.test", ["a.web.test:8080", "b.web.test:8081"]),
        "A": ("web.test", ["10.0.0.1:9901", "10.0.0.2:9901"]),
        "AAAA": ("web.test", ["[fd00::1]:9901"]),
    }
    with name_server(records) as server:
        for kind, (name, addresses) in expected.items():
            settings = DnsSettings.model_validate(
                {"names": [name, "nowhere.test"], "type": kind, "nameserver": server, "port": 9901}
            )
            [found], failures = discovered(DnsSource(settings), lambda seen, _: bool(seen))
            assert ([each.labels["__address__"] for each in found], failures) == (addresses, 0)


def test_a_name_server_that_fails_is_a_failure() -> None:
    with name_server({("web.test", "A"): ["SERVFAIL"]}) as server:
        settings = DnsSettings.model_validate({"names": ["web.test"], "type": "A", "nameserver": server})
        published, failures = discovered(DnsSource(settings), lambda _, failed: failed > 0)
    assert (published, failures) == ([], 1)
