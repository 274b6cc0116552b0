"""What is known of each proxy: its streams, what it was sent, what it took and what it refused. Thread-safe reads."""

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from envoy_config.ads.kinds import Kind

MAX_REFUSALS = 100


class Standing(StrEnum):
    """How a proxy stands to what it should have."""

    CURRENT = "current"
    PENDING = "pending"
    REJECTED = "rejected"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Rejected:
    """The last configuration of a kind that a proxy refused, in its own words."""

    api: str
    version: str
    error: str
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A kind of resources at a proxy: the version last sent and the one it last took; "" where there is none."""

    sent: str = ""
    taken: str = ""


@dataclass(frozen=True, slots=True)
class ProxyState:
    """One proxy. `wanted` is the version of all it should have, `has` the one that it last took as a whole since it
    came; `since` is when it came or went."""

    node: str
    standing: Standing
    wanted: str
    kinds: tuple[tuple[str, Taken], ...] = ()
    rejections: tuple[Rejected, ...] = ()
    last_rejection: Rejected | None = None
    build: str = ""
    address: str = ""
    variant: str = ""
    streams: int = 0
    since: datetime | None = None
    certificate_ends: datetime | None = None
    has: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A stream that was not served."""

    node: str
    address: str
    reason: str
    detail: str
    at: datetime


@dataclass(slots=True)
class Counts:
    """What happened since the start."""

    pushes: Counter[str] = field(default_factory=Counter)
    acks: Counter[str] = field(default_factory=Counter)
    nacks: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    throttled: int = 0


class Board:
    """The states of all proxies, written by the server's event loop."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._proxies: dict[str, ProxyState] = {}
        self._refused: deque[Refused] = deque(maxlen=MAX_REFUSALS)

    @property
    def proxies(self) -> tuple[ProxyState, ...]:
        """Every known proxy, by node id."""
        return tuple(state for _, state in sorted(self._proxies.copy().items()))

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The last streams that were not served, newest first."""
        return tuple(reversed(self._refused.copy()))

    @property
    def streams(self) -> int:
        return sum(state.streams for state in self.proxies)

    def get(self, node: str) -> ProxyState | None:
        return self._proxies.get(node)

    def expect(self, node: str, wanted: str, certificate_ends: datetime | None) -> None:
        """Note what a proxy should have."""
        state = self._proxies.get(node) or ProxyState(node, Standing.AWAY, wanted)
        self._put(replace(state, wanted=wanted, certificate_ends=certificate_ends))

    def forget(self, nodes: set[str]) -> None:
        """Drop proxies that are in the mesh no more."""
        for node in nodes:
            self._proxies.pop(node, None)

    def came(self, node: str, *, build: str, address: str, variant: str, at: datetime) -> None:
        state = self._proxies[node]
        came = replace(state, build=build, address=address, variant=variant, since=at)
        self._put(replace(came, streams=state.streams + 1, kinds=(), has=""))

    def went(self, node: str, at: datetime) -> None:
        if (state := self._proxies.get(node)) is not None:
            left = max(state.streams - 1, 0)
            self._put(replace(state, streams=left, since=state.since if left else at))

    def sent(self, node: str, kind: Kind, version: str) -> None:
        self.counts.pushes[kind.api] += 1
        if (state := self._proxies.get(node)) is not None:
            kinds = dict(state.kinds)
            kinds[kind.api] = replace(kinds.get(kind.api, Taken()), sent=version)
            self._put(replace(state, kinds=tuple(sorted(kinds.items()))))

    def answered(self, node: str, kind: Kind, version: str, error: str | None, at: datetime) -> None:
        (self.counts.acks if error is None else self.counts.nacks)[kind.api] += 1
        if (state := self._proxies.get(node)) is None:
            return
        earlier = next((r for r in state.rejections if r.api == kind.api), None)
        others = tuple(r for r in state.rejections if r.api != kind.api)
        if error is None:
            kinds = dict(state.kinds)
            kinds[kind.api] = replace(kinds.get(kind.api, Taken()), taken=version)
            self._put(replace(state, kinds=tuple(sorted(kinds.items())), rejections=others))
            return
        count = earlier.count + 1 if earlier is not None and earlier.version == version else 1
        rejected = Rejected(kind.api, version, error, at, count)
        self._put(replace(state, rejections=(*others, rejected), last_rejection=rejected))

    def settled(self, node: str, version: str) -> None:
        """Note that a proxy took all of this version."""
        if (state := self._proxies.get(node)) is not None and state.has != version:
            self._put(replace(state, has=version))

    def refuse(self, refused: Refused) -> None:
        self.counts.refused[refused.reason] += 1
        self._refused.append(refused)

    def _put(self, state: ProxyState) -> None:
        self._proxies[state.node] = replace(state, standing=_standing(state))


def _standing(state: ProxyState) -> Standing:
    if not state.streams:
        return Standing.AWAY
    if state.rejections:
        return Standing.REJECTED
    return Standing.CURRENT if state.has == state.wanted else Standing.PENDING
