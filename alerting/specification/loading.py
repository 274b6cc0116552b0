"""Loads SLOs from files and directories: all of them, or every fault that there is."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from alerting.specification.model import Note, Slo, Specifications
from alerting.specification.openslo_reading import Found, decode_object, read_objects
from alerting.specification.own_form import MAX_SLOS, read_own_form
from meshhub.configuration import MAX_FILE_BYTES, Document, parse_yaml
from meshhub.errors import ConfigurationError, Fault

WHAT = "the SLOs"
SUFFIXES = frozenset({".yaml", ".yml"})
MAX_DOCUMENTS = 1_000
"""Of one file."""


def load_specifications(paths: Sequence[Path]) -> Specifications:
    """The SLOs of these files, and of the YAML files right in these directories.

    Raises:
        ConfigurationError: with every fault, by file in the order given and by line.
    """
    faults: list[Fault] = []
    texts: list[tuple[str, str]] = []
    for path in paths:
        try:
            texts += [(str(file), _read(file)) for file in _files(path)]
        except ConfigurationError as error:
            faults += error.faults
    return read_specifications(texts, faults)


def read_specifications(texts: Iterable[tuple[str, str]], faults: Sequence[Fault] = ()) -> Specifications:
    """The SLOs of texts, each with its origin; `faults` are those found on the way to them.

    Raises:
        ConfigurationError: with every fault.
    """
    found: list[Fault] = list(faults)
    slos: list[Slo] = []
    notes: list[Note] = []
    objects: list[Found] = []
    for origin, text in texts:
        try:
            pieces = documents(text, origin)
        except ConfigurationError as error:
            found += error.faults
            continue
        for piece in pieces:
            try:
                _take(parse_yaml(piece, origin=origin, what=WHAT), slos, notes, objects)
            except ConfigurationError as error:
                found += error.faults
    opened = read_objects(objects)
    slos += opened.slos
    found += opened.faults
    found += _twice(slos)
    if len(slos) > MAX_SLOS:
        found.append(Fault("all files", None, f"there are {len(slos)} SLOs; at most {MAX_SLOS} can be evaluated"))
    if found:
        order = {origin: number for number, origin in enumerate(dict.fromkeys(fault.origin for fault in found))}
        raise ConfigurationError(WHAT, sorted(set(found), key=lambda f: (order[f.origin], f.line or 0, f.reason)))
    return Specifications(
        tuple(sorted(slos, key=lambda slo: slo.name)),
        tuple(sorted(opened.targets, key=lambda target: target.name)),
        tuple(sorted([*notes, *opened.notes], key=lambda note: (note.origin, note.line or 0, note.text))),
    )


def documents(text: str, origin: str) -> list[str]:
    """The documents of a YAML stream, each with as many empty lines before it as keep its lines' numbers.

    A stream that is not YAML is one document: what is wrong with it is said when that is read.

    Raises:
        ConfigurationError: there are too many.
    """
    try:
        starts = [e.start_mark for e in yaml.parse(text, Loader=yaml.SafeLoader) if _starts_document(e)]
    except (yaml.YAMLError, RecursionError, ValueError):
        return [text]
    lines = text.splitlines(keepends=True)
    firsts = [mark.line for mark in starts if mark is not None]
    if len(firsts) > MAX_DOCUMENTS:
        reason = f"has {len(firsts)} documents, more than {MAX_DOCUMENTS}: use several files"
        raise ConfigurationError(WHAT, [Fault(origin, None, reason)])
    if len(firsts) <= 1:
        return [text] if firsts else []
    ends = [*firsts[1:], len(lines)]
    return ["\n" * first + "".join(lines[first:end]) for first, end in zip(firsts, ends, strict=True)]


def _starts_document(event: yaml.Event) -> bool:
    return isinstance(event, yaml.DocumentStartEvent)


def _take(document: Document, slos: list[Slo], notes: list[Note], objects: list[Found]) -> None:
    if "apiVersion" in document.content or "kind" in document.content:
        objects.append(decode_object(document))
    elif document.content:
        found, said = read_own_form(document)
        slos += found
        notes += said


def _twice(slos: Sequence[Slo]) -> list[Fault]:
    first: dict[str, Slo] = {}
    faults = []
    for slo in slos:
        other = first.setdefault(slo.name, slo)
        if other is not slo:
            origin, _, line = slo.origin.rpartition(":")
            reason = f"the name {slo.name} is taken at {other.origin}"
            faults.append(Fault(origin, int(line), reason) if line.isdigit() else Fault(slo.origin, None, reason))
    return faults


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        found = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES and file.is_file())
    except OSError as error:
        raise ConfigurationError(WHAT, [Fault(str(path), None, error.strerror or str(error))]) from error
    return found


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigurationError(WHAT, [Fault(str(path), None, f"is larger than {MAX_FILE_BYTES} bytes")])
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigurationError(WHAT, [Fault(str(path), None, reason)]) from error
