"""Clients of the protocol as a proxy is one: pure ones, that keep what they are sent and say when it is not whole."""

from abc import ABC, abstractmethod
from typing import Any

from envoy_config.ads.api import message_class
from envoy_config.ads.channel import Response
from envoy_config.ads.conversation import Conversation
from envoy_config.ads.kinds import BY_TYPE_URL, Kind
from envoy_config.ads.requests import DeltaRequest, SotwRequest
from envoy_config.ads.resources import Encoder, Resource
from envoy_config.ads.snapshot import Snapshot, make_snapshot

SOTW = "envoy.service.discovery.v3.DiscoveryResponse"
DELTA = "envoy.service.discovery.v3.DeltaDiscoveryResponse"
MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ENCODER = Encoder()
ADS = {"ads": {}, "resource_api_version": "V3"}


def cluster(name: str, timeout: int = 1, *, eds: bool = True) -> Resource:
    where = {"type": "EDS", "eds_cluster_config": {"eds_config": ADS}} if eds else {"type": "STATIC"}
    return ENCODER.encode(Kind.CLUSTER, {"name": name, "connect_timeout": f"{timeout}s", **where})


def endpoints(name: str, port: int = 80) -> Resource:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    return ENCODER.encode(
        Kind.ENDPOINTS, {"cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}]}
    )


def routes(name: str, *clusters: str) -> Resource:
    hosts = [
        {"name": each, "domains": [each], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": each}}]}
        for each in clusters
    ]
    return ENCODER.encode(Kind.ROUTES, {"name": name, "virtual_hosts": hosts})


def listener(name: str, route: str, note: str = "a") -> Resource:
    manager = {
        "@type": f"type.googleapis.com/{MANAGER}",
        "stat_prefix": note,
        "rds": {"route_config_name": route, "config_source": ADS},
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return ENCODER.encode(Kind.LISTENER, {"name": name, "filter_chains": [chain]})


def world(*clusters: str, timeout: int = 1, port: int = 80, note: str = "a") -> Snapshot:
    """One listener whose routes lead to these clusters."""
    resources = [listener("in", "r", note), routes("r", *clusters)]
    for name in clusters:
        resources += [cluster(name, timeout), endpoints(name, port)]
    return make_snapshot("n", "spiffe://t/n", resources)


class PureClient(ABC):
    """Keeps resources by kind and name; asks as Envoy does: clusters, then their endpoints, listeners, their routes."""

    response = SOTW

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.has: dict[Kind, dict[str, bytes]] = {kind: {} for kind in Kind}
        self.wants: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        self.received: list[Kind] = []
        self.now = 0.0
        self.refused: set[str] = set()
        """The clusters that it refused: to them it may get routes all the same."""

    def start(self) -> None:
        for kind in (Kind.CLUSTER, Kind.LISTENER):
            self.ask(kind)

    def run(self) -> None:
        """Until nothing more comes."""
        for _ in range(200):
            responses = self.conversation.next(self.now)
            if not responses:
                return
            for response in responses:
                self.take(response)
        raise AssertionError("it never ends")

    def take(self, response: Response, error: str | None = None) -> None:
        """Apply a response and answer it, or refuse it."""
        message = message_class(self.response).FromString(response.data)
        kind = BY_TYPE_URL[message.type_url]
        self.received.append(kind)
        if kind is Kind.CLUSTER:
            self.refused = self.refused - response.sent.keys() if error is None else self.refused | response.sent.keys()
        if error is None:
            self.apply(kind, message)
            self.check()
        self.answer(kind, message, error)
        if error is None:
            self.follow(kind)

    def check(self) -> None:
        """No route leads where no cluster is, no listener is without its routes' clusters."""
        for text in self.has[Kind.ROUTES].values():
            for host in _parsed(Kind.ROUTES, text).virtual_hosts:
                assert host.routes[0].route.cluster in self.has[Kind.CLUSTER].keys() | self.refused

    def follow(self, kind: Kind) -> None:
        """Ask for what the resources of a kind need."""
        child = {Kind.CLUSTER: Kind.ENDPOINTS, Kind.LISTENER: Kind.ROUTES}.get(kind)
        if child is None:
            return
        if child is Kind.ENDPOINTS:
            needed = {name for name, text in self.has[kind].items() if _parsed(kind, text).type == 3}
        else:
            needed = {"r"} if self.has[kind] else set()
        if needed != self.wants[child]:
            self.subscribe(child, needed)

    @abstractmethod
    def ask(self, kind: Kind) -> None:
        """Ask for a kind for the first time on a stream."""

    @abstractmethod
    def subscribe(self, kind: Kind, names: set[str]) -> None:
        """Want these of a kind from now on."""

    @abstractmethod
    def answer(self, kind: Kind, message: Any, error: str | None) -> None:
        """Acknowledge a response, or refuse it with this error."""

    @abstractmethod
    def apply(self, kind: Kind, message: Any) -> None:
        """Keep what is in a response."""


class SotwClient(PureClient):
    def __init__(self, conversation: Conversation) -> None:
        super().__init__(conversation)
        self.versions: dict[Kind, str] = {}
        self.nonces: dict[Kind, str] = {}

    def send(self, kind: Kind, error: str | None = None) -> Any:
        names = () if kind.wildcard else tuple(sorted(self.wants[kind]))
        request = SotwRequest(kind.type_url, names, self.nonces.get(kind, ""), self.versions.get(kind, ""), error)
        return self.conversation.receive(request, self.now)

    def ask(self, kind: Kind) -> None:
        self.send(kind)

    def subscribe(self, kind: Kind, names: set[str]) -> None:
        self.wants[kind] = names
        self.has[kind] = {name: text for name, text in self.has[kind].items() if name in names}
        self.send(kind)

    def answer(self, kind: Kind, message: Any, error: str | None) -> None:
        self.nonces[kind] = message.nonce
        if error is None:
            self.versions[kind] = message.version_info
        self.send(kind, error)

    def apply(self, kind: Kind, message: Any) -> None:
        found = {_name(kind, each.value): each.value for each in message.resources}
        assert len(found) == len(message.resources)
        if kind.wildcard:
            self.has[kind] = found
        else:
            self.has[kind] |= {name: text for name, text in found.items() if name in self.wants[kind]}


class DeltaClient(PureClient):
    response = DELTA

    def __init__(self, conversation: Conversation) -> None:
        super().__init__(conversation)
        self.versions: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}

    def ask(self, kind: Kind) -> None:
        self.conversation.receive(DeltaRequest(kind.type_url, initial=dict(self.versions[kind])), self.now)

    def subscribe(self, kind: Kind, names: set[str]) -> None:
        added, gone = names - self.wants[kind], self.wants[kind] - names
        self.wants[kind] = names
        for name in gone:
            self.has[kind].pop(name, None)
            self.versions[kind].pop(name, None)
        request = DeltaRequest(kind.type_url, tuple(sorted(added)), tuple(sorted(gone)))
        self.conversation.receive(request, self.now)

    def answer(self, kind: Kind, message: Any, error: str | None) -> None:
        self.conversation.receive(DeltaRequest(kind.type_url, nonce=message.nonce, error=error), self.now)

    def apply(self, kind: Kind, message: Any) -> None:
        for each in message.resources:
            self.has[kind][each.name] = each.resource.value
            self.versions[kind][each.name] = each.version
        for name in message.removed_resources:
            self.has[kind].pop(name, None)
            self.versions[kind].pop(name, None)


def shown(client: PureClient) -> dict[Kind, dict[str, bytes]]:
    return {kind: dict(sorted(named.items())) for kind, named in client.has.items() if named}


def wanted(snapshot: Snapshot) -> dict[Kind, dict[str, bytes]]:
    """What a client that was told everything has."""
    return {kind: {n: _body(r) for n, r in snapshot.of(kind).items()} for kind in Kind if snapshot.of(kind)}


def _body(resource: Resource) -> bytes:
    return bytes(message_class(SOTW).FromString(resource.sotw).resources[0].value)


def _parsed(kind: Kind, text: bytes) -> Any:
    return message_class(kind.message).FromString(text)


def _name(kind: Kind, text: bytes) -> str:
    parsed = _parsed(kind, text)
    return str(parsed.cluster_name if kind is Kind.ENDPOINTS else parsed.name)
