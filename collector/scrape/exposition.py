"""Prometheus's text format 0.0.4 and OpenMetrics 1.0, line by line (prometheus/docs, exposition_formats; OpenMetrics).

Exemplars are not kept. Metric names in quotes (UTF-8 names) are not asked for, and refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

OPENMETRICS = "application/openmetrics-text"
ACCEPT = f"{OPENMETRICS};version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
EOF = "# EOF"

Labels = dict[str, str]

_SAMPLE = re.compile(
    r'[ \t]*+([a-zA-Z_:][a-zA-Z0-9_:]*+)(?:[ \t]*+(\{(?:[^"{}]|"(?:[^"\\]|\\.)*+")*+\})[ \t]*+|[ \t]++)'
    r"([^ \t#]++)(?:[ \t]++(-?[0-9][0-9.eE+-]*+))?[ \t]*+(#.*+)?"
)
_LABEL = re.compile(r'[ \t]*+([a-zA-Z_][a-zA-Z0-9_]*+)[ \t]*+=[ \t]*+"((?:[^"\\]|\\.)*+)"[ \t]*+')
_ESCAPE = re.compile(r'\\([\\"n])')
_ESCAPED = {"\\": "\\", '"': '"', "n": "\n"}
_COMMENT = re.compile(r"#[ \t]+TYPE[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]+([a-z]+)[ \t]*")


class ExpositionError(ValueError):
    """The text is not in the format; with the line and what is the matter with it."""


@dataclass(frozen=True, slots=True)
class Line:
    """The parts of the line of a sample. `labels` are as written. `plain`: the line ends with the value."""

    name: str
    labels: str
    value: float
    timestamp_ms: int | None
    plain: bool


def read_sample(line: str, *, openmetrics: bool) -> Line:
    """Take the line of a sample apart; its labels stay as they are written.

    Raises:
        ExpositionError: it is no such line.
    """
    match = _SAMPLE.fullmatch(line)
    if match is None or (match[5] and not openmetrics):
        raise ExpositionError(f"not a sample: {line[:100]!r}")
    name, labels, value, stamp = match.group(1, 2, 3, 4)
    time = None if stamp is None else _milliseconds(stamp, openmetrics)
    return Line(name, labels or "", read_value(value), time, stamp is None and match[5] is None)


def read_value(text: str) -> float:
    """The value of a sample.

    Raises:
        ExpositionError: it is no number.
    """
    try:
        if "_" in text or not text.isascii():
            raise ValueError
        return float(text)
    except ValueError:
        raise ExpositionError(f"not a value: {text[:50]!r}") from None


def read_labels(text: str) -> Labels:
    """The labels in braces; without those whose value is empty, which mean the same as none.

    Raises:
        ExpositionError: they are not labels, or one is there twice.
    """
    labels: Labels = {}
    names: set[str] = set()
    position, end = 1, len(text) - 1
    while text[position:end].strip(" \t"):
        match = _LABEL.match(text, position, end)
        if match is None:
            raise ExpositionError(f"not labels: {text[:100]!r}")
        name, value = match[1], match[2]
        if name in names:
            raise ExpositionError(f"the label {name[:100]} is there twice")
        names.add(name)
        if value:
            labels[name] = _ESCAPE.sub(lambda escape: _ESCAPED[escape[1]], value) if "\\" in value else value
        position = match.end()
        if position < end:
            if text[position] != ",":
                raise ExpositionError(f"not labels: {text[:100]!r}")
            position += 1
    return labels


def read_type(line: str) -> tuple[str, str] | None:
    """The family and type that a comment declares; None if it declares none."""
    match = _COMMENT.fullmatch(line)
    return (match[1], match[2]) if match else None


_SUFFIXES = ("_bucket", "_count", "_sum", "_total")


def is_cumulative(name: str, types: Mapping[str, str]) -> bool:
    """Whether a sample counts from a start on, by the declared type of its family, else by its name."""
    kind = types.get(name)
    if kind is None:
        for suffix in _SUFFIXES:
            if name.endswith(suffix):
                kind = types.get(name.removesuffix(suffix))
                if kind not in (None, "gauge", "gaugehistogram"):
                    return True
                break
    if kind in (None, "untyped", "unknown"):
        return name.endswith(_SUFFIXES)
    return kind == "counter"


def _milliseconds(text: str, openmetrics: bool) -> int:
    try:
        return round(float(text) * 1000) if openmetrics else int(text)
    except (ValueError, OverflowError):
        raise ExpositionError(f"not a time: {text[:50]!r}") from None
