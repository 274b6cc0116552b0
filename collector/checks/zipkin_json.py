"""Zipkin's JSON (openzipkin/zipkin-api, zipkin2-api.yaml) to its protobuf: a list of spans to ListOfSpans."""

import json
import socket
from collections.abc import Mapping
from typing import Any

from collector.checks.otlp_json import JsonError
from collector.idl.zipkin_pb2 import ListOfSpans

_KINDS = {"CLIENT": 1, "SERVER": 2, "PRODUCER": 3, "CONSUMER": 4}
_TRACE_ID_DIGITS, _SPAN_ID_DIGITS = 32, 16


def encode_zipkin(text: bytes) -> bytes:
    """The protobuf bytes of a list of spans. Text that is not UTF-8 gets U+FFFD in its place; unknown names are
    ignored, and so are addresses that are none. Span ids of Envoy are in the order that it has them in protobuf.

    Raises:
        JsonError: it is not JSON, or not a list of spans; says which span is at fault.
    """
    try:
        content = json.loads(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise JsonError(f"it is not JSON: {error}") from error
    if not isinstance(content, list):
        raise JsonError("it is no list of spans")
    spans = ListOfSpans()
    for number, entry in enumerate(content):
        try:
            _fill(spans.spans.add(), entry)
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise JsonError(f"span {number}: {error}") from error
    return spans.SerializeToString()


def _fill(span: Any, entry: Any) -> None:
    if not isinstance(entry, dict):
        raise TypeError("expected an object")
    get = entry.get
    span.trace_id = _identifier(get("traceId"), "traceId", _TRACE_ID_DIGITS)
    span.id = _identifier(get("id"), "id", _SPAN_ID_DIGITS)
    if get("parentId"):
        span.parent_id = _identifier(get("parentId"), "parentId", _SPAN_ID_DIGITS)
    span.kind = _KINDS.get(_text(get("kind") or "").upper(), 0)
    span.name = _text(get("name") or "")
    span.timestamp = _whole(get("timestamp"), "timestamp")
    span.duration = _whole(get("duration"), "duration")
    for key, endpoint in (("localEndpoint", span.local_endpoint), ("remoteEndpoint", span.remote_endpoint)):
        said = get(key)
        if said:
            _fill_endpoint(endpoint, said)
    for annotation in get("annotations") or ():
        value = _text(annotation.get("value") or "")
        span.annotations.add(timestamp=_whole(annotation.get("timestamp"), "annotation"), value=value)
    tags: Mapping[str, Any] = get("tags") or {}
    for name, content in tags.items():
        span.tags[_text(name)] = _text(content) if isinstance(content, str) else json.dumps(content)
    if span.tags.get("component") == "proxy":
        span.id, span.parent_id = span.id[::-1], span.parent_id[::-1]
    span.debug = get("debug") is True
    span.shared = get("shared") is True


def _fill_endpoint(endpoint: Any, said: Mapping[str, Any]) -> None:
    endpoint.service_name = _text(said.get("serviceName") or "")
    endpoint.ipv4 = _address(socket.AF_INET, said.get("ipv4"))
    endpoint.ipv6 = _address(socket.AF_INET6, said.get("ipv6"))
    endpoint.port = _whole(said.get("port"), "port")


def _identifier(value: Any, name: str, most: int) -> bytes:
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise ValueError(f"{name}: expected 1 to {most} hexadecimal digits")
    return bytes.fromhex(value if len(value) % 2 == 0 else f"0{value}")


def _whole(value: Any, name: str) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise ValueError(f"{name}: expected a whole number")
    return int(value)


def _address(family: socket.AddressFamily, value: Any) -> bytes:
    try:
        return socket.inet_pton(family, value) if value else b""
    except (OSError, TypeError, ValueError):
        return b""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return value if value.isascii() else value.encode("utf-8", "replace").decode()
