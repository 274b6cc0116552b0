"""Small pieces of Envoy's protobuf messages as JSON that several parts of a document share."""

from typing import Any

from envoy_config.intent.hub import Endpoint

Message = dict[str, Any]
"""A protobuf message in its JSON form; a Secret in it is revealed when the document is written."""

TYPE_PREFIX = "type.googleapis.com/"


def extension(name: str, message: str, content: Message | None = None) -> Message:
    """A named extension with its typed configuration; `message` is the full protobuf name."""
    return {"name": name, "typed_config": typed(message, content)}


def typed(message: str, content: Message | None = None) -> Message:
    """A google.protobuf.Any in JSON form."""
    return {"@type": TYPE_PREFIX + message, **(content or {})}


def address(host: str, port: int) -> Message:
    """envoy.config.core.v3.Address of a TCP socket."""
    return {"socket_address": {"address": host, "port_value": port}}


def lb_endpoint(endpoint: Endpoint) -> Message:
    return {"endpoint": {"address": address(endpoint.host, endpoint.port)}}


def duration(seconds: float) -> str:
    """google.protobuf.Duration in JSON form: decimal seconds, at most nanoseconds, no exponent."""
    return f"{seconds:.9f}".rstrip("0").rstrip(".") + "s"
