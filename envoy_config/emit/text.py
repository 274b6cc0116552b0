"""A document as text: YAML for objects, JSON where it is Envoy's, and what is text already."""

import re
from typing import Any

import yaml

from envoy_config.bundle import Document, DocumentKind
from envoy_config.emit.document import as_json
from meshhub.secret import Secret

_JSON = (DocumentKind.ENVOY, DocumentKind.ENVOY_SECRETS, DocumentKind.CONSUL)
_NUMBER_LIKE = re.compile(r"[-+]?[.0-9][0-9a-fA-FxXoO_.:eE+-]*")


class _Dumper(yaml.SafeDumper):
    """Everything written out where it stands, texts of several lines as blocks."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """YAML 1.2 reads 1e5 and 0o17 as numbers, YAML 1.1 does not: what looks like a number is quoted."""
    style = "|" if "\n" in value else "'" if _NUMBER_LIKE.fullmatch(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(content: Any) -> str:
    """YAML of plain data without secrets in it; keys in the order they have."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=10_000, allow_unicode=True)


def text_of(document: Document, *, reveal: bool = False) -> str:
    """The document as it is written; secrets are stars unless they are to be revealed."""
    if isinstance(document.content, str):
        return document.content
    if document.kind in _JSON:
        return as_json(document.content) if reveal else as_json(_shown(document.content, reveal=False))
    return as_yaml(_shown(document.content, reveal=reveal))


def masked(content: Any) -> Any:
    """The same with stars for its secrets, for what is shown."""
    return _shown(content, reveal=False)


def revealed(content: Any) -> Any:
    """The same with its secrets in clear, for what is written into another document that is kept secret itself."""
    return _shown(content, reveal=True)


def _shown(content: Any, *, reveal: bool) -> Any:
    if isinstance(content, Secret):
        return content.reveal() if reveal else str(content)
    if isinstance(content, dict):
        return {key: _shown(value, reveal=reveal) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_shown(value, reveal=reveal) for value in content]
    return str(content) if isinstance(content, str) else content
