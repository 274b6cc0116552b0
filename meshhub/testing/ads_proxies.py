"""Proxies on real streams: they take what they are sent, and come back as Envoy does when a stream ends."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc

from envoy_config.ads.api import message_class
from envoy_config.ads.kinds import BY_TYPE_URL, Kind
from envoy_config.ads.server import SERVICE

REQUEST = "envoy.service.discovery.v3.DeltaDiscoveryRequest"
RESPONSE = "envoy.service.discovery.v3.DeltaDiscoveryResponse"
METHOD = SERVICE + "DeltaAggregatedResources"
OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]

BACKOFF_SECONDS = 0.5
BACKOFF_MAX_SECONDS = 30.0
"""Envoy's own for its streams to a management server: a random part of it, doubled after each failure."""


@dataclass(slots=True)
class LiveProxy:
    """One proxy, on the delta variant without TLS. `wants` names what it asks for; no name is all there is."""

    node: str
    wants: Mapping[Kind, tuple[str, ...]]
    versions: dict[Kind, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in Kind})
    """What it has: version by name."""
    responses: int = 0
    """How many it was sent."""

    async def run(self, port: int, slots: asyncio.Semaphore) -> None:
        """Stay connected to a port of this machine until cancelled. `slots` bounds how many open a stream at a time."""
        failures = 0
        while True:
            before = self.responses
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", OPTIONS) as channel:
                try:
                    await self._converse(channel.stream_stream(METHOD)(), slots)
                except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
                    failures = 1 if self.responses > before else failures + 1
            most = min(BACKOFF_SECONDS * 2.0 ** (failures - 1), BACKOFF_MAX_SECONDS)
            await asyncio.sleep(random.uniform(0, most))

    async def _converse(self, call: Any, slots: asyncio.Semaphore) -> None:
        async with slots:
            for kind, names in self.wants.items():
                await call.write(self._first(kind, names))
        response, request = message_class(RESPONSE), message_class(REQUEST)
        while (data := await call.read()) is not grpc.aio.EOF:
            taken = response.FromString(data)
            self._take(taken)
            await call.write(request(type_url=taken.type_url, response_nonce=taken.nonce).SerializeToString())

    def _first(self, kind: Kind, names: tuple[str, ...]) -> bytes:
        message = message_class(REQUEST)(
            node={"id": self.node},
            type_url=kind.type_url,
            resource_names_subscribe=names,
            initial_resource_versions=self.versions[kind],
        )
        return bytes(message.SerializeToString())

    def _take(self, response: Any) -> None:
        self.responses += 1
        versions = self.versions[BY_TYPE_URL[response.type_url]]
        for each in response.resources:
            versions[each.name] = each.version
        for name in response.removed_resources:
            versions.pop(name, None)
