"""Resources in the form they are sent in: encoded once, for all streams and both variants of the protocol."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from envoy_config.ads.api import from_json, message_class
from envoy_config.ads.kinds import Kind
from envoy_config.emit.document import as_compact_json
from envoy_config.emit.messages import Message

VERSION_DIGITS = 16

Reference = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Resource:
    """One named resource. The same content has the same version, whenever and by whichever hub it was made.

    `sotw` and `delta` are the encoded `resources` field of a response with just this resource: encoded protobuf
    messages are joined by concatenation. `references` are the resources it names.
    """

    kind: Kind
    name: str
    version: str
    sotw: bytes
    delta: bytes
    references: frozenset[Reference]


def digest(text: bytes) -> str:
    """A version: the beginning of a hash of content."""
    return hashlib.sha256(text).hexdigest()[:VERSION_DIGITS]


class Encoder:
    """Makes resources of messages in JSON form. What was encoded already, for whichever proxy, is shared."""

    def __init__(self) -> None:
        self._known: dict[tuple[Kind, bytes], Resource] = {}
        self._used: set[tuple[Kind, bytes]] = set()

    def encode(self, kind: Kind, message: Message) -> Resource:
        """The resource that a message is; its name is the message's own.

        Raises:
            ValueError: it is no such message; the error says which field.
        """
        text = as_compact_json(message)
        key = (kind, text)
        self._used.add(key)
        if key not in self._known:
            self._known[key] = _encoded(kind, text)
        return self._known[key]

    def forget_unused(self) -> None:
        """Drop what was not asked for since the last call."""
        self._known = {key: self._known[key] for key in self._used}
        self._used = set()


def _encoded(kind: Kind, text: bytes) -> Resource:
    message: dict[str, Any] = orjson.loads(text)
    name = str(message["cluster_name" if kind is Kind.ENDPOINTS else "name"])
    try:
        body = from_json(kind.message, message).SerializeToString(deterministic=True)
    except ValueError as error:
        raise ValueError(f"{kind.api} resource {name}: {error}") from error
    # Not of the body: protobuf writes the maps of packed messages in an order of each process's own.
    version = digest(text)
    content = {"type_url": kind.type_url, "value": body}
    response, delta = (
        message_class("envoy.service.discovery.v3.DiscoveryResponse"),
        message_class("envoy.service.discovery.v3.DeltaDiscoveryResponse"),
    )
    return Resource(
        kind,
        name,
        version,
        response(resources=[content]).SerializeToString(),
        delta(resources=[{"name": name, "version": version, "resource": content}]).SerializeToString(),
        frozenset(_references(kind, message)),
    )


def _references(kind: Kind, message: dict[str, Any]) -> Iterator[Reference]:
    if kind is Kind.CLUSTER and message.get("type") == "EDS":
        yield Kind.ENDPOINTS, message.get("eds_cluster_config", {}).get("service_name") or message["name"]
    yield from _named_in(message)


def _named_in(node: Any) -> Iterator[Reference]:
    """What a part of a message names: clusters, route configurations, secrets."""
    if isinstance(node, list):
        for member in node:
            yield from _named_in(member)
        return
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        if key == "cluster" and isinstance(value, str):
            yield Kind.CLUSTER, value
        elif key == "envoy_grpc":
            yield Kind.CLUSTER, value["cluster_name"]
        elif key == "rds":
            yield Kind.ROUTES, value["route_config_name"]
        elif key == "tls_certificate_sds_secret_configs":
            yield from ((Kind.SECRET, each["name"]) for each in value)
        elif key == "validation_context_sds_secret_config":
            yield Kind.SECRET, value["name"]
        else:
            yield from _named_in(value)
