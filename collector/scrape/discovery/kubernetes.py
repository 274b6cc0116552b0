"""Targets from pods (Kubernetes API: list and watch of core/v1 pods; labels as Prometheus' kubernetes_sd, role pod)."""

import asyncio
import json
import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from collector.scrape.client import FetchError, fetch, lines, make_client
from collector.scrape.discovery.source import (
    FETCH_SECONDS,
    MAX_BYTES,
    ODD,
    Failed,
    Publish,
    label_part,
    logger,
    read_json,
)
from collector.scrape.settings import KubernetesSettings
from collector.scrape.target import ADDRESS, Found
from meshhub.address import joined_address

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
PREFIX = "__meta_kubernetes_"
PAGE = 500
WATCH_SECONDS = 300
RETRY_SECONDS = (1.0, 30.0)
MAX_LINE_BYTES = 4 * 1024 * 1024
SETTLE_SECONDS = 0.2
"""Changes that come together are told together."""


class KubernetesSource:
    """Keeps the pods of some namespaces, or of all, as the API tells of them."""

    def __init__(self, settings: KubernetesSettings) -> None:
        self._settings = settings
        self._pods: dict[str, dict[str, list[Found]]] = {}
        self._changed = asyncio.Event()

    async def run(self, publish: Publish, failed: Failed) -> None:
        async with make_client(_in_cluster(self._settings), connections=16) as client, asyncio.TaskGroup() as tasks:
            for namespace in self._settings.namespaces or ("",):
                tasks.create_task(self._follow(client, namespace, failed))
            while True:
                await self._changed.wait()
                await asyncio.sleep(SETTLE_SECONDS)
                self._changed.clear()
                publish([found for pods in self._pods.values() for listed in pods.values() for found in listed])

    async def _follow(self, client: httpx.AsyncClient, namespace: str, failed: Failed) -> None:
        """List and watch for ever. While the API fails, the pods known before are kept."""
        first, most = RETRY_SECONDS
        delay = first
        while True:
            try:
                version = await self._list(client, namespace)
                delay = first
                while version:
                    version = await self._watch(client, namespace, version)
            except FetchError as error:
                logger.warning("%s; the targets that were known before are kept", error)
                failed()
                await asyncio.sleep(delay * random.uniform(0.5, 1.5))  # noqa: S311 -- spreads retries, guards nothing
                delay = min(delay * 2, most)

    async def _list(self, client: httpx.AsyncClient, namespace: str) -> str:
        """Read all pods; the version of what was read."""
        pods: dict[str, list[Found]] = {}
        following = ""
        while True:
            query = {"limit": str(PAGE)} | ({"continue": following} if following else {})
            url = self._url(namespace, query)
            answer = await fetch(client, url, seconds=FETCH_SECONDS, max_bytes=MAX_BYTES, headers=self._headers())
            content = read_json(url, answer)
            try:
                pods |= {_id(pod): self._targets(pod) for pod in content.get("items") or ()}
                metadata = dict(content.get("metadata") or {})
            except ODD as error:
                raise FetchError(f"could not read {url}: its answer has another form") from error
            following = str(metadata.get("continue") or "")
            if not following:
                break
        self._pods[namespace] = pods
        self._changed.set()
        return str(metadata.get("resourceVersion") or "")

    async def _watch(self, client: httpx.AsyncClient, namespace: str, version: str) -> str:
        """Take changes until the answer ends; the version to go on from, empty if all must be listed again."""
        query = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        url = self._url(namespace, query)
        async with lines(client, url, headers=self._headers(), max_line_bytes=MAX_LINE_BYTES) as events:
            async for line in events:
                if not line.strip():
                    continue
                try:
                    event = json.loads(line)
                    kind, pod = event["type"], event["object"]
                    if kind == "ERROR":  # 410 Gone: the version is too old
                        return ""
                    version = str(pod["metadata"].get("resourceVersion") or version)
                    self._take(namespace, kind, pod)
                except ODD as error:
                    raise FetchError(f"could not watch {url}: an event has another form") from error
        return version

    def _take(self, namespace: str, kind: str, pod: Mapping[str, Any]) -> None:
        pods = self._pods[namespace]
        if kind == "DELETED":
            pods.pop(_id(pod), None)
        elif kind in ("ADDED", "MODIFIED"):
            targets = self._targets(pod)
            if pods.get(_id(pod)) == targets:
                return
            pods[_id(pod)] = targets
        else:
            return
        self._changed.set()

    def _targets(self, pod: Mapping[str, Any]) -> list[Found]:
        cluster = {"cluster": self._settings.cluster} if self._settings.cluster else {}
        return [Found({**labels, **cluster}) for labels in pod_labels(pod)]

    def _url(self, namespace: str, query: Mapping[str, str]) -> str:
        where = f"namespaces/{quote(namespace, safe='')}/pods" if namespace else "pods"
        selector = {"labelSelector": self._settings.label_selector} if self._settings.label_selector else {}
        return f"{self._server()}/api/v1/{where}?{urlencode({**query, **selector})}"

    def _server(self) -> str:
        if self._settings.api_server:
            return self._settings.api_server.rstrip("/")
        host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
        if not host:
            raise FetchError("could not find the Kubernetes API: the hub is in no pod; set api_server")
        return f"https://{joined_address(host, int(port))}"

    def _headers(self) -> dict[str, str]:
        """The token of the pod's service account, which is renewed in its file."""
        if self._settings.bearer_token is not None or self._settings.api_server:
            return {}
        try:
            return {"authorization": f"Bearer {(ACCOUNT / 'token').read_text(encoding='utf-8').strip()}"}
        except OSError as error:
            raise FetchError(f"could not read the token of the service account: {error}") from error


def pod_labels(pod: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The labels of each port of each container of a pod; of a container without ports, of itself. None without an
    address."""
    metadata, spec, status = (pod.get(part) or {} for part in ("metadata", "spec", "status"))
    address = str(status.get("podIP") or "")
    if not address:
        return
    common = _common(metadata, spec, status, address)
    for is_init, container in _containers(spec):
        named = {
            **common,
            f"{PREFIX}pod_container_name": str(container.get("name") or ""),
            f"{PREFIX}pod_container_image": str(container.get("image") or ""),
            f"{PREFIX}pod_container_init": is_init,
        }
        for port in container.get("ports") or ():
            number = int(port.get("containerPort") or 0)
            yield {
                **named,
                ADDRESS: joined_address(address, number),
                f"{PREFIX}pod_container_port_name": str(port.get("name") or ""),
                f"{PREFIX}pod_container_port_number": str(number),
                f"{PREFIX}pod_container_port_protocol": str(port.get("protocol") or "TCP"),
            }
        if not container.get("ports"):
            yield {**named, ADDRESS: f"[{address}]" if ":" in address else address}


def _common(
    metadata: Mapping[str, Any], spec: Mapping[str, Any], status: Mapping[str, Any], address: str
) -> dict[str, str]:
    owners = [owner for owner in metadata.get("ownerReferences") or () if owner.get("controller")]
    conditions = {each.get("type"): each.get("status") for each in status.get("conditions") or ()}
    labels = {
        f"{PREFIX}namespace": str(metadata.get("namespace") or ""),
        f"{PREFIX}pod_name": str(metadata.get("name") or ""),
        f"{PREFIX}pod_uid": str(metadata.get("uid") or ""),
        f"{PREFIX}pod_ip": address,
        f"{PREFIX}pod_node_name": str(spec.get("nodeName") or ""),
        f"{PREFIX}pod_phase": str(status.get("phase") or ""),
        f"{PREFIX}pod_ready": str(conditions.get("Ready") or "Unknown").lower(),
    }
    if owners:
        labels[f"{PREFIX}pod_controller_kind"] = str(owners[0].get("kind") or "")
        labels[f"{PREFIX}pod_controller_name"] = str(owners[0].get("name") or "")
    for kind, field in (("label", "labels"), ("annotation", "annotations")):
        for name, value in (metadata.get(field) or {}).items():
            if len(value) <= 1024:
                labels[f"{PREFIX}pod_{kind}_{label_part(name)}"] = str(value)
                labels[f"{PREFIX}pod_{kind}present_{label_part(name)}"] = "true"
    return labels


def _containers(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for is_init, field in (("false", "containers"), ("true", "initContainers")):
        for container in spec.get(field) or ():
            yield is_init, container


def _id(pod: Mapping[str, Any]) -> str:
    metadata = pod.get("metadata") or {}
    return str(metadata.get("uid") or f"{metadata.get('namespace')}/{metadata.get('name')}")


def _in_cluster(settings: KubernetesSettings) -> KubernetesSettings:
    """In a pod, the API is trusted by the authority that is mounted there."""
    authority = ACCOUNT / "ca.crt"
    if settings.api_server or settings.ca_file or not authority.exists():
        return settings
    return settings.model_copy(update={"ca_file": authority})
