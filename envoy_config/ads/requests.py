"""What clients say, in one form for both variants of the protocol; bounded and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError

from envoy_config.ads.api import message_class

MAX_NAMES = 20_000
MAX_NAME_LENGTH = 2_000
MAX_TEXT = 4_000
"""Of a proxy's message about what it refused."""

WILDCARD = "*"


class Malformed(Exception):
    """A request that no client of the protocol sends; the message says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """Who asks, from the first message of a stream."""

    id: str
    build: str = ""


@dataclass(frozen=True, slots=True)
class SotwRequest:
    """envoy.service.discovery.v3.DiscoveryRequest. `error` is None in an acknowledgement."""

    type_url: str
    names: tuple[str, ...] = ()
    nonce: str = ""
    version: str = ""
    error: str | None = None
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class DeltaRequest:
    """envoy.service.discovery.v3.DeltaDiscoveryRequest."""

    type_url: str
    subscribe: tuple[str, ...] = ()
    unsubscribe: tuple[str, ...] = ()
    initial: Mapping[str, str] = field(default_factory=dict)
    nonce: str = ""
    error: str | None = None
    node: Node | None = None


def read_sotw(data: bytes) -> SotwRequest:
    """Decode a request.

    Raises:
        Malformed: it is none, or over a bound.
    """
    message = _parsed("envoy.service.discovery.v3.DiscoveryRequest", data)
    _check_names(message.resource_names)
    return SotwRequest(
        message.type_url,
        tuple(message.resource_names),
        message.response_nonce,
        message.version_info,
        _error(message),
        _node(message),
    )


def read_delta(data: bytes) -> DeltaRequest:
    """Decode a request.

    Raises:
        Malformed: it is none, or over a bound.
    """
    message = _parsed("envoy.service.discovery.v3.DeltaDiscoveryRequest", data)
    for names in (message.resource_names_subscribe, message.resource_names_unsubscribe):
        _check_names(names)
    _check_names(message.initial_resource_versions)
    return DeltaRequest(
        message.type_url,
        tuple(message.resource_names_subscribe),
        tuple(message.resource_names_unsubscribe),
        dict(message.initial_resource_versions),
        message.response_nonce,
        _error(message),
        _node(message),
    )


def _parsed(name: str, data: bytes) -> Any:
    try:
        return message_class(name).FromString(data)
    except DecodeError as error:
        raise Malformed(f"the request is no {name.rpartition('.')[2]}: {error}") from error


def _check_names(names: Any) -> None:
    if len(names) > MAX_NAMES:
        raise Malformed(f"the request names {len(names)} resources; at most {MAX_NAMES} are allowed")
    if any(len(name) > MAX_NAME_LENGTH for name in names):
        raise Malformed(f"the request has a name of more than {MAX_NAME_LENGTH} characters")


def _error(message: Any) -> str | None:
    if not message.HasField("error_detail"):
        return None
    return str(message.error_detail.message)[:MAX_TEXT] or f"it gave no reason (code {message.error_detail.code})"


def _node(message: Any) -> Node | None:
    if not message.HasField("node"):
        return None
    node = message.node
    build = node.user_agent_build_version.version
    number = (
        f"{build.major_number}.{build.minor_number}.{build.patch}" if node.HasField("user_agent_build_version") else ""
    )
    return Node(node.id[:MAX_NAME_LENGTH], f"{node.user_agent_name[:100]} {number}".strip())
