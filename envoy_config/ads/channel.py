"""What one client has of one kind of resources, and what it must be sent next: the state machine of the protocol.

Pure: no clock, no input or output. One response is under way at a time; what changes meanwhile is in the next one.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from envoy_config.ads.api import message_class
from envoy_config.ads.kinds import Kind
from envoy_config.ads.requests import WILDCARD, DeltaRequest, SotwRequest
from envoy_config.ads.resources import Resource
from envoy_config.ads.snapshot import version_of

RETRY_SECONDS = 10.0
RETRY_MAX_SECONDS = 600.0
"""After so long, doubled each time, a refused resource is offered again: the reason may lie outside of it."""


@dataclass(frozen=True, slots=True)
class Response:
    """An encoded response of this version, with these resources."""

    kind: Kind
    nonce: str
    version: str
    data: bytes
    sent: Mapping[str, str]
    """Version by name of what is in it."""
    changed: frozenset[str]
    """The names of those that are news to the client."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a client said of a response; `error` is its own message if it refused, else None."""

    kind: Kind
    version: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A refusal that stands. `count` refusals in a row so far."""

    error: str
    version: str
    at: float
    count: int

    @property
    def retry_at(self) -> float:
        return self.at + min(RETRY_SECONDS * (1 << min(self.count - 1, 10)), RETRY_MAX_SECONDS)


UNKNOWN = ""
"""The version of what a client has after it refused another: it may have some of it."""


class Channel(ABC):
    """One kind on one stream. The two variants differ in what they read and in what they write."""

    def __init__(self, kind: Kind, nonces: "count[int]") -> None:
        """`nonces` numbers the responses of the whole stream."""
        self.kind = kind
        self._nonces = nonces
        self._wildcard = False
        self._named = False
        self._names: set[str] = set()
        self._client: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._answered = False
        self.awaiting: Response | None = None
        self.rejection: Rejection | None = None

    @property
    def names(self) -> frozenset[str]:
        """What the client asks for by name."""
        return frozenset(self._names)

    @property
    def fresh(self) -> bool:
        """Whether nothing was ever sent."""
        return not self._answered

    def has(self, target: Mapping[str, Resource]) -> bool:
        """Whether the client took all of this."""
        return self.awaiting is None and all(self._client.get(name) == each.version for name, each in target.items())

    def refuses(self, target: Mapping[str, Resource]) -> bool:
        """Whether the client refused a part of this."""
        return any(name in target and target[name].version == version for name, version in self._refused.items())

    def owe(self, name: str) -> None:
        """Send this again though it has not changed: what it belongs to has, and the client waits for it anew."""
        self._client.pop(name, None)

    def propose(
        self, target: Mapping[str, Resource], now: float, *, may_remove: bool = True, only_new: bool = False
    ) -> Response | None:
        """The next response; None if the client has everything, or an answer of it is due.

        Args:
            target: all resources of the kind.
            now: monotonic seconds.
            may_remove: otherwise what is not in the target stays with the client for now.
            only_new: only what the client waits for, no change of what it has.
        """
        if self.awaiting is not None or not (self._wildcard or self._names):
            return None
        self._offer_again(target, now)
        selected = {n: r for n, r in target.items() if self._wildcard or n in self._names}
        response = self._compose(selected, may_remove=may_remove, only_new=only_new)
        if response is not None:
            self.awaiting = response
            self._answered = True
        return response

    def settle(self, nonce: str, error: str | None, now: float) -> Outcome | None:
        """Take an answer to a response; None if it is not about the one that is under way."""
        sent = self.awaiting
        if sent is None or sent.nonce != nonce:
            return None
        self.awaiting = None
        if error is None:
            self._refused = {name: v for name, v in self._refused.items() if name not in sent.sent}
            if not self._refused:
                self.rejection = None
        else:
            self._refused |= sent.sent
            self._client |= dict.fromkeys(sent.sent, UNKNOWN)
            earlier = self.rejection.count if self.rejection and self.rejection.version == sent.version else 0
            self.rejection = Rejection(error, sent.version, now, earlier + 1)
        return Outcome(self.kind, sent.version, error)

    def _offer_again(self, target: Mapping[str, Resource], now: float) -> None:
        self._refused = {n: v for n, v in self._refused.items() if n in target and target[n].version == v}
        if not self._refused:
            self.rejection = None
        elif self.rejection is not None and now >= self.rejection.retry_at:
            self._refused = {}

    @abstractmethod
    def _compose(self, selected: Mapping[str, Resource], *, may_remove: bool, only_new: bool) -> Response | None:
        """The next response; None if there is nothing to say. What is in it, the client has from then on."""

    def _changed(self, selected: Mapping[str, Resource], *, only_new: bool) -> list[Resource]:
        if not only_new:
            offered = (r for n, r in selected.items() if self._refused.get(n) != r.version)
            return [each for each in offered if self._client.get(each.name) != each.version]
        if self.kind.wildcard and self._answered:
            return []
        return [each for name, each in selected.items() if name not in self._client]


class SotwChannel(Channel):
    """State of the world: listeners and clusters always all of them, of the other kinds what changed."""

    def __init__(self, kind: Kind, nonces: "count[int]") -> None:
        super().__init__(kind, nonces)
        self._resumed = ""
        self._last_nonce = ""

    def request(self, request: SotwRequest, now: float) -> Outcome | None:
        """Take a request; one that was overtaken by a response is ignored."""
        if self._answered and request.nonce != self._last_nonce:
            return None
        outcome = self.settle(request.nonce, request.error, now)
        if not self._answered:
            self._resumed = request.version
        self._subscribe(request.names)
        return outcome

    def _subscribe(self, names: tuple[str, ...]) -> None:
        self._named = self._named or bool(names)
        self._wildcard = WILDCARD in names or (self.kind.wildcard and not self._named)
        self._names = set(names) - {WILDCARD}
        if not self._wildcard:
            self._client = {n: v for n, v in self._client.items() if n in self._names}

    def _resume(self, selected: Mapping[str, Resource]) -> None:
        """Use what the client said that it has from an earlier stream."""
        resumed, self._resumed = self._resumed, ""
        if resumed and resumed == version_of(selected.values()):
            self._client = {name: each.version for name, each in selected.items()}
            self._answered = True

    def _compose(self, selected: Mapping[str, Resource], *, may_remove: bool, only_new: bool) -> Response | None:
        self._resume(selected)
        changed = self._changed(selected, only_new=only_new)
        gone = [name for name in self._client if name not in selected]
        first = self.kind.wildcard and not self._answered
        if not (changed or first or (gone and self.kind.wildcard and may_remove and not only_new)):
            return None
        sent = list(selected.values()) if self.kind.wildcard else changed
        self._client = {n: v for n, v in self._client.items() if n in selected} | {r.name: r.version for r in sent}
        version, nonce = version_of(selected.values()), str(next(self._nonces))
        self._last_nonce = nonce
        head = message_class("envoy.service.discovery.v3.DiscoveryResponse")(
            version_info=version, type_url=self.kind.type_url, nonce=nonce
        )
        data = head.SerializeToString() + b"".join(r.sotw for r in sent)
        return Response(self.kind, nonce, version, data, {r.name: r.version for r in sent}, _names_of(changed))


class DeltaChannel(Channel):
    """Incremental: what changed, and the names of what is gone or was never there."""

    def __init__(self, kind: Kind, nonces: "count[int]") -> None:
        super().__init__(kind, nonces)
        self._absent: set[str] = set()
        self._asked = False

    def request(self, request: DeltaRequest, now: float) -> Outcome | None:
        """Take a request: an answer, a change of the subscription, or both."""
        outcome = self.settle(request.nonce, request.error, now) if request.nonce else None
        if not self._asked:
            self._asked = True
            self._client = dict(request.initial)
            self._wildcard = self.kind.wildcard and not request.subscribe
        for name in request.subscribe:
            if name == WILDCARD:
                self._wildcard = True
                continue
            self._names.add(name)
            self._absent.discard(name)
            if name not in request.initial:
                self._client.pop(name, None)
        for name in request.unsubscribe:
            if name == WILDCARD:
                self._wildcard = False
            self._names.discard(name)
            self._absent.discard(name)
            self._client.pop(name, None)
        if not self._wildcard:
            self._client = {n: v for n, v in self._client.items() if n in self._names}
        return outcome

    def _compose(self, selected: Mapping[str, Resource], *, may_remove: bool, only_new: bool) -> Response | None:
        changed = self._changed(selected, only_new=only_new)
        gone = {name for name in self._client if name not in selected} if may_remove and not only_new else set()
        absent = {n for n in self._names if n not in selected and n not in self._client and n not in self._absent}
        first = self.kind.wildcard and not self._answered and not self._client
        if not (changed or gone or absent or first):
            return None
        removed = sorted(gone | absent)
        self._absent = (self._absent | (set(removed) & self._names)) - selected.keys()
        self._client = {n: v for n, v in self._client.items() if n not in gone} | {r.name: r.version for r in changed}
        version, nonce = version_of(selected.values()), str(next(self._nonces))
        head = message_class("envoy.service.discovery.v3.DeltaDiscoveryResponse")(
            system_version_info=version, type_url=self.kind.type_url, nonce=nonce, removed_resources=removed
        )
        data = head.SerializeToString() + b"".join(r.delta for r in changed)
        return Response(self.kind, nonce, version, data, {r.name: r.version for r in changed}, _names_of(changed))


def _names_of(resources: Iterable[Resource]) -> frozenset[str]:
    return frozenset(each.name for each in resources)
