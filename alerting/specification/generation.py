"""Default SLOs: an availability promise for every service that was seen."""

import re
from collections.abc import Iterable, Sequence

from alerting.specification.model import Party, Selector, Slo
from alerting.specification.own_form import MAX_SLOS
from alerting.specification.quantities import MAX_NAME
from storage.records.slo import CalledService

DEFAULT_OBJECTIVE = 0.999
GENERATED = "generated"
"""The origin of a default SLO."""

_UNFIT = re.compile(r"[^a-z0-9.-]+")


def default_slos(services: Iterable[CalledService], written: Sequence[Slo]) -> list[Slo]:
    """An SLO for every service that nobody wrote one for, by name.

    Args:
        services: those that were called. Services of TCP alone are left out: connections say little of availability.
        written: the SLOs there are; theirs are left out, and their names not taken.
    """
    covered = {
        (slo.selector.destination.namespace, slo.selector.destination.service)
        for slo in written
        if slo.selector.destination is not None and slo.selector.source is None
    }
    taken = {slo.name for slo in written}
    made: dict[str, Slo] = {}
    for service in services:
        name = slo_name(service)
        if not service.http or name in taken or name in made or len(made) + len(written) >= MAX_SLOS:
            continue
        if (service.namespace, service.service) in covered or ("", service.service) in covered:
            continue
        party = Party(service.service, service.namespace)
        made[name] = Slo(name, Selector(destination=party), DEFAULT_OBJECTIVE, origin=GENERATED)
    return sorted(made.values(), key=lambda slo: slo.name)


def slo_name(service: CalledService) -> str:
    """What the default SLO of a service is called."""
    plain = _UNFIT.sub("-", f"{service.namespace}-{service.service}".lower()).strip("-.")
    return f"{plain[: MAX_NAME - 20].strip('-.')}-availability"


def as_yaml(slos: Sequence[Slo]) -> str:
    """Default SLOs in the own form, to be kept and changed."""
    if not slos:
        return "slos: []\n"
    lines = ["slos:"]
    for slo in slos:
        lines += [
            f"  - name: {slo.name}",
            f'    service: "{slo.selector.destination}"',
            f"    objective: {round(slo.objective * 100, 9):g}",
        ]
    return "\n".join(lines) + "\n"
