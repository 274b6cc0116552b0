"""Settings given on the command line."""

from dataclasses import dataclass

from meshhub.configuration import Location
from meshhub.errors import ConfigurationError, Fault
from meshhub.settings.catalogue import catalogue, general

WHAT = "the command line"


@dataclass(frozen=True, slots=True)
class Flag:
    """A value from the command line; `origin` is how messages call it ("--store", "--set web.address")."""

    location: Location
    value: str | bool
    origin: str


def parse_assignment(text: str) -> Flag:
    """Read the argument of `--set`: "section.name=value"; positions in lists are numbers ("tokens.0.tenant").

    Raises:
        ConfigurationError: no such setting, or it is a secret, which other users of the machine could read.
    """
    name, equals, value = text.partition("=")
    origin = f"--set {name}"
    location: Location = tuple(int(part) if part.isdigit() else part for part in name.split("."))
    setting = catalogue().settings.get(general(location))
    if not equals:
        raise ConfigurationError(WHAT, [Fault("--set", None, "expected section.name=value")])
    if setting is None:
        nearest = catalogue().nearest(general(location))
        hint = f" (did you mean {nearest.dotted}?)" if nearest else ""
        raise ConfigurationError(WHAT, [Fault(origin, None, f"no such setting{hint}")])
    if setting.secret:
        reason = "others can read the command line: give a secret in a file or the environment"
        raise ConfigurationError(WHAT, [Fault(origin, None, reason)])
    return Flag(location, value, origin)
