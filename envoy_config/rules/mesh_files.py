"""Mesh files among what is checked: they have a loader of their own, and what it emits is checked by the rules too."""

from collections.abc import Iterable
from pathlib import Path

from envoy_config.emit import emit, mesh_names
from envoy_config.emit.text import text_of
from envoy_config.intent import load_intent
from envoy_config.rules.node import Node
from envoy_config.rules.reading import NOTHING, Reading, read_text
from meshhub.errors import ConfigurationError


def check_mesh_files(objects: Iterable[Node]) -> Reading:
    """The faults of mesh files, and the objects of what they emit."""
    found = NOTHING
    for origin in sorted(
        {each.source.origin for each in objects if each.get("apiVersion").text.startswith("meshhub/")}
    ):
        try:
            intent = load_intent(Path(origin))
        except ConfigurationError as error:
            found += Reading((), tuple(error.faults))
            continue
        for name in mesh_names(intent):
            for document in emit(intent, name).documents:
                found += read_text(text_of(document), f"{origin} → {document.path}")
    return found
