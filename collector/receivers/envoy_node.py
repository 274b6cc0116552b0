"""Who an Envoy says it is (envoy.config.core.v3.Node), as the attributes of an OTLP resource.

The names are those that storage reads identities by (docs/reference/identity.md): Envoy's built-in log labels,
OpenTelemetry's for what node metadata says in Istio's way, and node metadata that is named as OpenTelemetry names
resources.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from collector.idl.envoy_node_pb2 import Identified

MAX_TEXT_CHARACTERS = 256
"""A name that is longer names nobody."""

IDENTIFIER_TAG = b"\x0a"

_PLAIN = (
    "service.name",
    "service.namespace",
    "service.version",
    "service.instance.id",
    "k8s.cluster.name",
    "meshhub.node.role",
)
_OF_METADATA = {
    "NAMESPACE": "k8s.namespace.name",
    "CLUSTER_ID": "k8s.cluster.name",
    "NAME": "k8s.pod.name",
    "WORKLOAD_NAME": "k8s.deployment.name",
}
_OF_LABELS = {
    "service.name": ("service.istio.io/canonical-name", "app.kubernetes.io/name", "app"),
    "service.version": ("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version"),
}
"""Istio's order for the canonical name and revision of a workload."""


def sender_of(message: bytes, *, first: bool) -> bytes | None:
    """The encoded OTLP resource of who a message of a stream says sends it; None if it says nothing of that.

    Envoy says it in the first message of a stream, at its start. What cannot be decoded names nobody.
    """
    if not first and not message.startswith(IDENTIFIER_TAG):
        return None
    try:
        identified = Identified.FromString(message)
    except DecodeError:
        return None
    if not identified.HasField("identifier"):
        return None
    resource = Resource()
    for key, value in dict(_attributes(identified.identifier)).items():
        if value and len(value) <= MAX_TEXT_CHARACTERS:
            resource.attributes.add(key=key).value.string_value = value
    return resource.SerializeToString()


def _attributes(identifier: Any) -> Iterator[tuple[str, str]]:
    """Later ones count more."""
    node = identifier.node
    yield "log_name", identifier.log_name
    yield "zone_name", node.locality.zone
    yield "cluster_name", node.cluster
    yield "node_name", node.id
    metadata = node.metadata.fields
    for key, attribute in _OF_METADATA.items():
        yield attribute, _text(metadata, key)
    labels = metadata["LABELS"].struct_value.fields if "LABELS" in metadata else {}
    for attribute, keys in _OF_LABELS.items():
        yield attribute, next(filter(None, (_text(labels, key) for key in keys)), "")
    for attribute in _PLAIN:
        if _text(metadata, attribute):
            yield attribute, _text(metadata, attribute)


def _text(fields: Mapping[str, Any], key: str) -> str:
    return str(fields[key].string_value) if key in fields else ""
