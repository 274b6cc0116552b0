"""What was changed while the hub runs, laid over the mesh file: sampling and faults, kept in the data directory.

The mesh file is its owner's (and often read-only); what is changed by command or API is kept apart from it, so that
both can be told from each other, and either taken back.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from envoy_config.intent import Mesh
from envoy_config.intent.faults import InjectedFault
from envoy_config.intent.names import Percent
from envoy_config.intent.workloads import Gateway, Service
from meshhub.configuration import Section
from meshhub.errors import ConfigurationError, Fault, NotFound

FILE = "ads-overrides.json"
WHAT = "the overrides of the mesh file"


class Overrides(Section):
    """What takes the place of what the mesh file says. Services by "<name>.<namespace>"."""

    sampling_percent: Percent | None = None
    services: Mapping[str, Percent] = Field(default_factory=dict)
    faults: Mapping[str, InjectedFault] = Field(default_factory=dict)

    def with_sampling(self, percent: float | None, service: str | None) -> "Overrides":
        """The overrides with this sampling of all services, or of one; None takes the override away."""
        if service is None:
            return Overrides.model_validate({**self._content, "sampling_percent": percent})
        return Overrides.model_validate({**self._content, "services": _changed(self.services, service, percent)})

    def with_fault(self, fault: InjectedFault | None, service: str) -> "Overrides":
        """The overrides with this fault of a service; None takes it away."""
        return Overrides.model_validate({**self._content, "faults": _changed(self.faults, service, fault)})

    @property
    def _content(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in Overrides.model_fields}

    @property
    def text(self) -> str:
        """As JSON, the same for the same overrides."""
        return json.dumps(self.model_dump(mode="json", exclude_defaults=True), indent=2, sort_keys=True) + "\n"


NO_OVERRIDES = Overrides()


def full_names(mesh: Mesh) -> tuple[str, ...]:
    """The "<name>.<namespace>" of every service and gateway, sorted."""
    parts: tuple[Service | Gateway, ...] = (*mesh.services, *mesh.gateways)
    return tuple(sorted({f"{part.name}.{part.namespace}" for part in parts}))


def full_name(names: Sequence[str], service: str) -> str:
    """Which of these full names is meant by the name of a service or gateway, with or without its namespace.

    Raises:
        NotFound: there is none, or more than one.
    """
    found = [name for name in names if service in (name, name.partition(".")[0])]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"could not tell which {service} is meant: {', '.join(found)}. Give the namespace too.")
    raise NotFound(f"could not find the service {service}: the mesh file has {', '.join(names) or 'none'}.")


def sampling_words(percent: float | None, name: str | None) -> str:
    """A change of sampling in words."""
    said = "as the mesh file says" if percent is None else f"{percent:g} %"
    return f"sampling of {name or 'all services without their own'}: {said}"


def fault_words(fault: InjectedFault | None, name: str) -> str:
    """A change of a fault in words."""
    return f"fault at {name}: {'none' if fault is None else _words(fault)}"


def overlaid(mesh: Mesh, overrides: Overrides) -> Mesh:
    """The mesh with its overrides. Those of services that are no more in the mesh file do nothing."""
    services = tuple(each.model_copy(update=_own(overrides, each) | _fault(overrides, each)) for each in mesh.services)
    gateways = tuple(each.model_copy(update=_own(overrides, each)) for each in mesh.gateways)
    changes: dict[str, object] = {"services": services, "gateways": gateways}
    if overrides.sampling_percent is not None:
        changes["sampling_percent"] = overrides.sampling_percent
    return mesh.model_copy(update=changes)


def read_overrides(path: Path) -> Overrides:
    """Read the file; no overrides if there is none.

    Raises:
        ConfigurationError: it cannot be read or is none.
    """
    try:
        return Overrides.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Overrides()
    except (OSError, ValueError, ValidationError) as error:
        raise ConfigurationError(WHAT, [Fault(str(path), None, str(error))]) from error


def write_overrides(path: Path, overrides: Overrides) -> None:
    """Write the file whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(overrides.text, encoding="utf-8")
    draft.replace(path)


def _own(overrides: Overrides, part: Service | Gateway) -> dict[str, object]:
    percent = overrides.services.get(f"{part.name}.{part.namespace}")
    return {} if percent is None else {"sampling_percent": percent}


def _fault(overrides: Overrides, service: Service) -> dict[str, object]:
    fault = overrides.faults.get(f"{service.name}.{service.namespace}")
    return {} if fault is None else {"fault": fault}


def _changed(mapping: Mapping[str, object], key: str, value: object) -> dict[str, object]:
    rest = {name: each for name, each in mapping.items() if name != key}
    return rest if value is None else {**rest, key: value}


def _words(fault: InjectedFault) -> str:
    parts: Iterable[str] = (
        f"{fault.delay_percent:g} % delayed by {fault.delay_seconds:g} s" if fault.delay_percent else "",
        f"{fault.abort_percent:g} % answered {fault.abort_status}" if fault.abort_percent else "",
    )
    return ", ".join(part for part in parts if part)
