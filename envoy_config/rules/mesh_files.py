"""Mesh files among what is checked: they have a loader of their own, and what they emit is checked by the rules too."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from envoy_config.bundle import Bundle, DocumentKind
from envoy_config.emit import emit, mesh_names
from envoy_config.emit.text import masked, text_of
from envoy_config.intent import load_intent
from envoy_config.rules.node import Node
from envoy_config.rules.reading import NOTHING, Reading, read_objects, read_text
from meshhub.errors import ConfigurationError

OBJECTS = frozenset(
    {
        DocumentKind.KUBERNETES,
        DocumentKind.MESH_CONFIG,
        DocumentKind.HELM_VALUES,
        DocumentKind.CONSUL,
        DocumentKind.KUMA,
        DocumentKind.ENVOY,
    }
)
"""What rules can read."""


def read_mesh_files(objects: Iterable[Node]) -> Iterator[Reading]:
    """Of each mesh file among the objects: its faults, or what it emits, mesh by mesh, as they are apart."""
    for origin in sorted(
        {each.source.origin for each in objects if each.get("apiVersion").text.startswith("meshhub/")}
    ):
        try:
            intent = load_intent(Path(origin))
        except ConfigurationError as error:
            yield Reading((), tuple(error.faults))
            continue
        for name in mesh_names(intent):
            yield read_bundle(emit(intent, name), origin)


def read_bundle(bundle: Bundle, origin: str) -> Reading:
    """The documents of a bundle that rules can read, and what is served beside them, which is in no file: without
    lines."""
    found = NOTHING
    for document in bundle.documents:
        if document.kind in OBJECTS:
            found += read_text(text_of(document), f"{origin} → {bundle.mesh}/{document.path}")
    for document in bundle.served:
        found += read_objects([masked(document.content)], f"{origin} → {bundle.mesh}/{document.path}")
    return found
