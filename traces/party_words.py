"""What the ends of calls are called in sentences."""

from meshhub.model import WorkloadIdentity
from traces.model import Hop, Party

LONGEST_ID = 64


def workload_name(identity: WorkloadIdentity) -> str:
    """A service with its version where it is known."""
    name = identity.service or "unknown"
    return f"{name}:{identity.version}" if identity.version else name


def party_name(party: Party) -> str:
    """One end of a call."""
    return workload_name(party.identity)


def caller_name(hop: Hop) -> str:
    """The caller; nobody known before the first hop is outside."""
    return "outside" if not hop.parent and not hop.source.identity.service else party_name(hop.source)


def hop_name(hop: Hop) -> str:
    """Who called whom."""
    return f"{caller_name(hop)} → {party_name(hop.destination)}"


def short_id(text: str) -> str:
    """An id from outside, cut where it is longer than ids are."""
    return text if len(text) <= LONGEST_ID else f"{text[:LONGEST_ID]}…"
