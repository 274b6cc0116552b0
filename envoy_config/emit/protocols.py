"""Which HTTP version a cluster is spoken to with."""

from envoy_config.emit.messages import Message, typed
from envoy_config.intent.workloads import Protocol

_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def http_options(protocol: Protocol) -> Message:
    """The cluster's protocol options: HTTP/2 for gRPC, HTTP/1.1 for HTTP, none for TCP."""
    if protocol is Protocol.GRPC:
        return {"typed_extension_protocol_options": http2()}
    if protocol is Protocol.HTTP:
        return {"typed_extension_protocol_options": _explicit({"http_protocol_options": {}})}
    return {}


def http2(options: Message | None = None) -> Message:
    return _explicit({"http2_protocol_options": options or {}})


def _explicit(config: Message) -> Message:
    return {_OPTIONS: typed(_OPTIONS, {"explicit_http_config": config})}
