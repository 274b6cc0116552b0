"""Targets from Consul's catalogue (Consul, HTTP API: GET /v1/catalog/services, GET /v1/catalog/service/<name>)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from collector.scrape.client import FetchError, fetch, make_client
from collector.scrape.discovery.source import FETCH_SECONDS, MAX_BYTES, Failed, Publish, label_part, read_json, repeat
from collector.scrape.settings import ConsulSettings
from collector.scrape.target import ADDRESS, Found
from meshhub.address import joined_address

PREFIX = "__meta_consul_"
MAX_SERVICES = 5000


class ConsulSource:
    """Reads the catalogue again and again."""

    def __init__(self, settings: ConsulSettings) -> None:
        self._settings = settings

    async def run(self, publish: Publish, failed: Failed) -> None:
        async with make_client(self._settings, connections=4) as client:
            await repeat(lambda: self._find(client), self._settings.refresh_seconds, publish, failed)

    async def _find(self, client: httpx.AsyncClient) -> list[Found]:
        wanted = set(self._settings.tags)
        services = await self._get(client, "catalog/services")
        if not isinstance(services, dict):
            raise FetchError("could not read the services of Consul: its answer is no object")
        names = [
            name
            for name, tags in sorted(services.items())
            if (not self._settings.services or name in self._settings.services) and wanted <= set(tags or ())
        ]
        found: list[Found] = []
        for name in names[:MAX_SERVICES]:
            entries = await self._get(client, f"catalog/service/{quote(name, safe='')}")
            found += [_target(entry) for entry in entries or () if wanted <= set(entry.get("ServiceTags") or ())]
        return found

    async def _get(self, client: httpx.AsyncClient, path: str) -> Any:
        query = f"?{urlencode({'dc': self._settings.datacenter})}" if self._settings.datacenter else ""
        url = f"{self._settings.server}/v1/{path}{query}"
        headers = {"x-consul-token": self._settings.token.reveal()} if self._settings.token else {}
        answer = await fetch(client, url, seconds=FETCH_SECONDS, max_bytes=MAX_BYTES, headers=headers)
        return read_json(url, answer)


def _target(entry: Mapping[str, Any]) -> Found:
    address, own = str(entry.get("Address") or ""), str(entry.get("ServiceAddress") or "")
    tags = [str(tag) for tag in entry.get("ServiceTags") or ()]
    labels = {
        ADDRESS: joined_address(own or address, int(entry.get("ServicePort") or 0)),
        f"{PREFIX}address": address,
        f"{PREFIX}dc": str(entry.get("Datacenter") or ""),
        f"{PREFIX}namespace": str(entry.get("Namespace") or ""),
        f"{PREFIX}node": str(entry.get("Node") or ""),
        f"{PREFIX}partition": str(entry.get("Partition") or ""),
        f"{PREFIX}service": str(entry.get("ServiceName") or ""),
        f"{PREFIX}service_address": own,
        f"{PREFIX}service_id": str(entry.get("ServiceID") or ""),
        f"{PREFIX}service_port": str(entry.get("ServicePort") or 0),
        f"{PREFIX}tags": f",{','.join(tags)}," if tags else "",
    }
    for kind, field in (("metadata", "NodeMeta"), ("service_metadata", "ServiceMeta")):
        for name, value in (entry.get(field) or {}).items():
            labels[f"{PREFIX}{kind}_{label_part(name)}"] = str(value)
    return Found({name: value for name, value in labels.items() if value})
