"""One client on one stream: what it has of all kinds, and in which order it is told of changes."""

from itertools import count

from envoy_config.ads.channel import Channel, DeltaChannel, Outcome, Response, SotwChannel
from envoy_config.ads.kinds import BY_TYPE_URL, NEEDS, Kind
from envoy_config.ads.requests import DeltaRequest, SotwRequest
from envoy_config.ads.resources import Resource
from envoy_config.ads.snapshot import Snapshot

ENDPOINTS_SECONDS = 3.0
"""How long listeners and routes wait for a client to ask for the endpoints of clusters it has just been sent."""

_KEPT = (Kind.CLUSTER, Kind.ENDPOINTS)


class Conversation:
    """The state of one stream. Pure, as a channel is."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._target = snapshot
        self._channels: dict[Kind, Channel] = {}
        self._nonces = count(1)
        self._kept: dict[Kind, dict[str, Resource]] = {kind: {} for kind in _KEPT}
        self._endpoints_since: float | None = None

    @property
    def target(self) -> Snapshot:
        """What the client is to have."""
        return self._target

    @property
    def settled(self) -> bool:
        """Whether the client asked for everything that it is to have, and took it."""
        targets = ((kind, self._target.of(kind)) for kind in Kind)
        return all(kind in self._channels and self._channels[kind].has(target) for kind, target in targets if target)

    def receive(self, request: SotwRequest | DeltaRequest, now: float) -> Outcome | None:
        """Take a request; the outcome if it answers a response. Types that are not served are ignored."""
        kind = BY_TYPE_URL.get(request.type_url)
        if kind is None:
            return None
        channel = self._channels.get(kind)
        if isinstance(request, SotwRequest):
            if not isinstance(channel, SotwChannel):
                self._channels[kind] = channel = SotwChannel(kind, self._nonces)
            return channel.request(request, now)
        if not isinstance(channel, DeltaChannel):
            self._channels[kind] = channel = DeltaChannel(kind, self._nonces)
        return channel.request(request, now)

    def aim(self, snapshot: Snapshot) -> None:
        """Change what the client is to have. Clusters that go are kept until nothing uses them any more."""
        for kind, kept in self._kept.items():
            kept.update(self._target.of(kind))
            for name in snapshot.of(kind):
                kept.pop(name, None)
        self._target = snapshot
        self._endpoints_since = None

    def next(self, now: float) -> list[Response]:
        """What to send now, in this order; empty until the client says something or the target changes."""
        sent: list[Response] = []
        waiting: set[Kind] = set()
        for kind in Kind:
            channel = self._channels.get(kind)
            if kind is Kind.ENDPOINTS and self._endpoints_due(channel, now):
                waiting.add(kind)
            if channel is None:
                continue
            response = channel.propose(
                self._wanted(kind), now, may_remove=kind is Kind.LISTENER, only_new=bool(NEEDS[kind] & waiting)
            )
            if response is not None:
                sent.append(response)
                self._owe_endpoints(response)
            if channel.awaiting or channel.refuses(self._target.of(kind)) or (NEEDS[kind] & waiting):
                waiting.add(kind)
        return sent if sent or waiting else self._tidy(now)

    def wake_at(self, now: float) -> float | None:
        """When, after now, `next` may have something although nothing happened; monotonic seconds."""
        times = [c.rejection.retry_at for c in self._channels.values() if c.rejection is not None]
        if self._endpoints_since is not None:
            times.append(self._endpoints_since + ENDPOINTS_SECONDS)
        return min((at for at in times if at > now), default=None)

    def _wanted(self, kind: Kind) -> dict[str, Resource]:
        return {**self._kept.get(kind, {}), **self._target.of(kind)}

    def _owe_endpoints(self, response: Response) -> None:
        """A changed cluster is not used before its endpoints have come once more."""
        endpoints = self._channels.get(Kind.ENDPOINTS)
        if response.kind is not Kind.CLUSTER or endpoints is None:
            return
        clusters = self._target.of(Kind.CLUSTER)
        for name in response.changed:
            if name in clusters:
                for kind, referred in clusters[name].references:
                    if kind is Kind.ENDPOINTS:
                        endpoints.owe(referred)

    def _endpoints_due(self, channel: Channel | None, now: float) -> bool:
        asked = channel.names if channel is not None else frozenset()
        if asked >= self._target.of(Kind.ENDPOINTS).keys():
            self._endpoints_since = None
            return False
        if self._endpoints_since is None:
            self._endpoints_since = now
        return now < self._endpoints_since + ENDPOINTS_SECONDS

    def _tidy(self, now: float) -> list[Response]:
        """Remove what nothing uses any more: the client has taken all else."""
        for kept in self._kept.values():
            kept.clear()
        proposed = (channel.propose(self._target.of(kind), now) for kind, channel in self._ordered())
        return [response for response in proposed if response is not None]

    def _ordered(self) -> list[tuple[Kind, Channel]]:
        return [(kind, self._channels[kind]) for kind in Kind if kind in self._channels]
