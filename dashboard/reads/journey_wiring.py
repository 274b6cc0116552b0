"""Which configuration was in force when a request went through the mesh."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashboard.reads.wiring import WiringReads
from envoy_config.history.model import Version
from meshhub.quantities import duration
from traces.model import Journey, Note

IN_FORCE = "configuration"
JUST_CHANGED = "configuration-just-changed"

JUST = timedelta(minutes=15)
MAX_VERSIONS = 5


def with_configuration(journey: Journey, wiring: WiringReads) -> Journey:
    """The journey with a note for each configuration that was in force for one of its workloads, the newest first."""
    at = datetime.fromtimestamp(journey.start_unix_nano / 1e9, UTC)
    parties = {each.identity for each in journey.workloads}
    found = {
        version.id: version
        for each in parties
        for version in wiring.in_force(at, cluster=each.cluster, namespace=each.namespace, service=each.service)
    }
    latest = sorted(found.values(), key=lambda version: -version.id)[:MAX_VERSIONS]
    return replace(journey, notes=(*journey.notes, *(_note(each, at) for each in latest))) if latest else journey


def _note(version: Version, at: datetime) -> Note:
    since = at - version.at
    text = (
        f"Configuration {version.name} of {version.scope} was in force, since {version.at:%Y-%m-%d %H:%M:%S} UTC "
        f"({duration(since / timedelta(microseconds=1))} before), by {version.author}"
    )
    return Note(JUST_CHANGED if since < JUST else IN_FORCE, f"{text}: {version.message}" if version.message else text)
