"""Loads the settings: file, environment and command line laid over the defaults, all faults found at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from meshhub.configuration import Document, Location, decode, read_yaml
from meshhub.errors import ConfigurationError, Fault
from meshhub.secret import Secret
from meshhub.settings.catalogue import INDEX, catalogue, general
from meshhub.settings.environment import read_variables
from meshhub.settings.exposure import exposed
from meshhub.settings.flags import Flag
from meshhub.settings.layers import Entry, Layers, counterpart
from meshhub.settings.model import Settings
from meshhub.settings.roles import undivided

WHAT = "the settings"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and who said each value that is not a default: "file:line", a variable or a flag."""

    settings: Settings
    origins: Mapping[Location, str]


def load_settings(
    config: Path | None = None, environment: Mapping[str, str] | None = None, flags: Sequence[Flag] = ()
) -> LoadedSettings:
    """Load the settings from all places. Relative paths are relative to the working directory.

    Raises:
        ConfigurationError: something is wrong; it lists everything that is, in the order of the places.
    """
    variables, faults = read_variables(environment or {})
    try:
        file = read_yaml(config, what=WHAT) if config else Document(WHAT, "the defaults", {})
    except ConfigurationError as error:
        # Without the file it cannot be told what else is missing.
        raise ConfigurationError(WHAT, [*error.faults, *faults]) from error
    layers = Layers(file)
    unknown = list(_unknown_keys(layers))
    faults += layers.lay([Entry(v.location, v.setting, v.text, v.name) for v in variables])
    faults += layers.lay([_entry(flag) for flag in flags])
    faults += _read_secret_files(layers)
    faults += _take_credentials_from_store(layers)
    settings, wrong = _decoded(layers.document)
    faults = sorted([*unknown, *wrong, *faults], key=lambda fault: (fault.line is None, fault.line))
    if settings is None or faults:
        raise ConfigurationError(WHAT, faults)
    return LoadedSettings(settings, _origins(layers))


def _entry(flag: Flag) -> Entry:
    return Entry(flag.location, catalogue().settings[general(flag.location)], flag.value, flag.origin)


def _decoded(document: Document) -> tuple[Settings | None, list[Fault]]:
    try:
        settings = decode(document, Settings)
    except ConfigurationError as error:
        return None, error.faults
    wrong = [*undivided(settings), *exposed(settings)]
    return settings, [document.fault(location, reason) for location, reason in wrong]


def _unknown_keys(layers: Layers) -> Iterator[Fault]:
    """Say what the file has that is no setting, and take it out, so that decoding finds the other faults."""
    for location, _ in list(_leaves(layers.document.content, ())):
        path = general(location)
        if path in catalogue().settings:
            continue
        nearest = catalogue().nearest(path)
        hint = f" (did you mean {nearest.dotted}?)" if nearest else ""
        dotted = ".".join(str(part) for part in location)
        yield layers.document.fault(location, f"{dotted}: unknown key{hint}")
        layers.remove(location)


def _leaves(node: Any, location: Location) -> Iterator[tuple[Location, Any]]:
    """What a document has that is not a section: settings, and what is unknown. The model judges the rest."""
    sections = catalogue().sections
    path = general(location)
    if isinstance(node, dict) and path in sections and (*path, INDEX) not in sections:
        for key, value in node.items():
            yield from _leaves(value, (*location, key))
    elif isinstance(node, list) and (*path, INDEX) in sections:
        for position, value in enumerate(node):
            yield from _leaves(value, (*location, position))
    elif path not in sections:
        yield location, node


def _read_secret_files(layers: Layers) -> list[Fault]:
    """Replace each `<secret>_file` that the sections do not know themselves by the secret it holds."""
    faults: list[Fault] = []
    for location, path in list(_leaves(layers.document.content, ())):
        setting = catalogue().settings.get(general(location))
        if setting is None or setting.twin is None:
            continue
        secret = counterpart(location)
        origin = layers.origin(location)
        layers.remove(location)
        if path is None or secret is None:
            continue
        if layers.value(secret) is not None:
            faults.append(layers.document.fault(location, f"{setting.dotted}: {secret[-1]} is given too: give one"))
            continue
        try:
            layers.put(secret, Secret.from_file(Path(str(path))), origin)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
            faults.append(Fault(origin, None, f"{setting.dotted}: could not read the file: {reason}"))
    return faults


def _take_credentials_from_store(layers: Layers) -> list[Fault]:
    """Move a user and password in the URL `store` to where secrets are kept."""
    store = layers.value(("store",))
    try:
        url = urlsplit(store if isinstance(store, str) else "")
        host = url.netloc.rpartition("@")[2]
        given = {"username": url.username, "password": url.password}
    except ValueError:
        return []  # the model says that it is no URL
    if "@" not in url.netloc:
        return []
    origin = layers.origin(("store",))
    faults = []
    for name, value in given.items():
        if value and layers.value(("storage", name)):
            faults.append(
                Fault(origin, None, f"store: its URL has a {name}, and storage.{name} is given too: give one")
            )
        elif value:
            text = unquote(value)
            layers.put(("storage", name), Secret(text) if name == "password" else text, origin)
    layers.put(("store",), url._replace(netloc=host).geturl(), origin)
    return faults


def _origins(layers: Layers) -> dict[Location, str]:
    document = layers.document
    lines = {location: f"{document.origin}:{line}" for location, line in document.lines.items()}
    return lines | document.overrides
