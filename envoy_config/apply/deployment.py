"""Puts configuration in force and on record; brings a former version back."""

from dataclasses import dataclass
from datetime import datetime

from envoy_config.apply.model import Outcome
from envoy_config.apply.targets import Target
from envoy_config.bundle import Bundle
from envoy_config.history.history import History, HistoryFault
from envoy_config.history.model import Applied, AppliedDocument, Deed, Scope, Version
from meshhub.errors import MeshhubError, StorageError, UnusableRequest


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, and why."""

    author: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What was done, and the version that is in force now."""

    outcomes: tuple[Outcome, ...]
    version: Version


def scope_of(bundle: Bundle, target: Target, cluster: str = "") -> Scope:
    """The scope of a bundle in a target."""
    return Scope(bundle.mesh, bundle.kind, target.name, cluster)


def former_documents(history: History, scope: Scope) -> tuple[AppliedDocument, ...]:
    """What was applied last in a scope; empty where nothing was."""
    last = history.latest(scope)
    return history.documents(last.id) if last else ()


def preview(
    target: Target, history: History, scope: Scope, documents: tuple[AppliedDocument, ...]
) -> tuple[Outcome, ...]:
    """What deploying would do.

    Raises:
        Refused: it would fail, with every reason.
    """
    return target.plan(documents, former_documents(history, scope))


def deploy(
    target: Target,
    history: History,
    applied: Applied,
    at: datetime,
    *,
    former: tuple[AppliedDocument, ...] = (),
) -> Deployed:
    """Put documents in force, all or none, and note it. What was in force before, by the history or `former`, goes.

    Raises:
        Refused: nothing was written.
        Interrupted: what was written is as before, but for what the error names. Nothing is noted.
        MeshhubError: it is in force and could not be noted.
    """
    named = {each.name for each in former}
    noted = (each for each in former_documents(history, applied.scope) if each.name not in named)
    outcomes = target.carry_out(applied.documents, (*former, *noted))
    try:
        return Deployed(outcomes, history.record(applied, at))
    except (HistoryFault, StorageError) as fault:
        raise MeshhubError(f"applied to {target.name}, but it is not on record: {fault}") from fault


def remove(target: Target, history: History, scope: Scope, bundle: Bundle, by: By, at: datetime) -> Deployed:
    """Take away what was applied last in a scope, and what a bundle would make, and note it. What it was merged into
    stays, without it.

    Raises:
        Refused: nothing was taken away.
        Interrupted: what there was is as before, but for what the error names. Nothing is noted.
        MeshhubError: it is gone and could not be noted.
    """
    documents, _ = target.documents(bundle)
    applied = Applied(scope, target.remaining(bundle), by.author, by.message)
    return deploy(target, history, applied, at, former=documents)


def restored(history: History, version: int, by: By) -> Applied:
    """A former version as what is to be put in force again.

    Raises:
        NotFound: there is none of this id.
        UnusableRequest: it was not applied by documents that can be applied again.
    """
    found = history.version(version)
    if found.deed is Deed.SERVE:
        raise UnusableRequest(
            f"could not roll back to {found.name}: the ADS server served it from the mesh file; bring the file of that "
            "time back and the hub serves it again"
        )
    documents = history.documents(version)
    return Applied(found.scope, documents, by.author, by.message, Deed.ROLLBACK, version)
