"""Settings in environment variables: MESHHUB_SECTION__NAME, lists by position, secrets also by file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from meshhub.configuration import Location
from meshhub.errors import Fault
from meshhub.settings.catalogue import INDEX, PREFIX, Setting, catalogue, general

OTHER_VARIABLES = {
    "MESHHUB_CONFIG": "The settings file, where `--config` is not given.",
    "MESHHUB_URL": "The hub that `meshhub graph`, `meshhub request` and the like ask (`--url`).",
    "MESHHUB_TOKEN": "The token that commands show to the hub that they ask.",
    "MESHHUB_TOKEN_FILE": "A file that holds it (Kubernetes and Docker secrets).",
    "MESHHUB_DEMO_DIR": "Where `meshhub demo` keeps its work directories.",
}
"""Variables of the prefix that are not settings."""

# Kubernetes describes a Service named "meshhub" to every container by such variables (Docker-style service links).
_SERVICE_LINK = re.compile(r"^MESHHUB_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$")


@dataclass(frozen=True, slots=True)
class Variable:
    """A setting that the environment gives."""

    name: str
    location: Location
    setting: Setting
    text: str


def read_variables(environment: Mapping[str, str]) -> tuple[list[Variable], list[Fault]]:
    """The settings among the variables, sorted by name, and what is wrong with the others of our prefix."""
    variables: list[Variable] = []
    faults: list[Fault] = []
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in OTHER_VARIABLES or _SERVICE_LINK.match(name):
            continue
        location = _location(name)
        setting = catalogue().settings.get(general(location))
        if setting is None or name != name.upper():
            faults.append(Fault(name, None, _unknown(location)))
        else:
            variables.append(Variable(name, location, setting, environment[name]))
    return variables, faults


def _location(name: str) -> Location:
    parts = name.removeprefix(PREFIX).lower().split("__")
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _unknown(location: Location) -> str:
    path = general(location)
    members = [setting for setting in catalogue().settings.values() if setting.path[:-1][: len(path)] == path]
    if members:
        return f"is a section: set one of its members, for example {_concrete(members[0])}"
    nearest = catalogue().nearest(path)
    hint = f" (did you mean {_concrete(nearest)}?)" if nearest else ""
    return f"unknown variable{hint}"


def _concrete(setting: Setting) -> str:
    """The variable of a setting with 0 for each position."""
    return PREFIX + "__".join("0" if part == INDEX else part.upper() for part in setting.path)
