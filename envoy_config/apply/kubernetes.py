"""Applies documents to a Kubernetes cluster: tried as a whole first, then written; on failure put back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from envoy_config.apply.model import Deed, Interrupted, Outcome, Refused, Trouble
from envoy_config.apply.objects import Identity, Part, parts_of
from envoy_config.history.model import AppliedDocument
from envoy_config.live.cleaning import cleaned, managers
from envoy_config.live.cluster import FIELD_MANAGER, Cluster
from envoy_config.live.faults import ApiFault
from meshhub.errors import MeshhubError


@dataclass(frozen=True, slots=True)
class Step:
    """One object with what it is now (None: not there) and what is to become of it. `wanted` is None to remove it."""

    part: Part
    before: dict[str, Any] | None
    deed: Deed
    wanted: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying would do, tried by the cluster itself."""

    target: str
    steps: tuple[Step, ...]
    force: bool = field(default=False)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(Outcome(step.part.name, step.deed) for step in self.steps)


def plan(
    cluster: Cluster,
    documents: Sequence[AppliedDocument],
    former: Sequence[AppliedDocument] = (),
    *,
    force: bool = False,
) -> Plan:
    """Try everything in a dry run. Objects of `former` that are in `documents` no more are to be removed.

    Args:
        force: take fields that others own.

    Raises:
        Refused: with what is wrong with each document.
        MeshhubError: the cluster does not answer.
    """
    target = f"kubernetes {cluster.name}"
    parts = parts_of(documents, target)
    kept = {part.identity for part in parts}
    gone = [part for part in parts_of(former, target) if part.identity not in kept]
    made = {part.identity for part in parts}
    steps: list[Step] = []
    troubles: list[Trouble] = []
    for part in parts:
        try:
            steps.append(_tried(cluster, part, made, force=force))
        except ApiFault as fault:
            troubles.append(Trouble(part.name, str(fault), bool(fault.conflicts)))
    for part in reversed(gone):
        try:
            steps += _removal(cluster, part)
        except ApiFault as fault:
            troubles.append(Trouble(part.name, str(fault)))
    if troubles:
        raise Refused(target, troubles)
    return Plan(target, tuple(steps), force)


def carry_out(cluster: Cluster, planned: Plan) -> tuple[Outcome, ...]:
    """Write what was planned.

    Raises:
        Interrupted: it failed on the way, and what was written is as before, but for what the error names.
    """
    done: list[Step] = []
    for step in planned.steps:
        if step.deed is Deed.UNCHANGED:
            continue
        try:
            done.append(step)  # before: an answer that is lost may stand for a write that was done
            _write(cluster, step, force=planned.force)
        except MeshhubError as error:
            restored, left = _put_back(cluster, done)
            raise Interrupted(planned.target, Trouble(step.part.name, str(error)), restored, left) from error
    return tuple(
        Outcome(each.name, Deed.CREATED if each.deed is Deed.UNTRIED else each.deed) for each in planned.outcomes
    )


def _tried(cluster: Cluster, part: Part, made: set[Identity], *, force: bool) -> Step:
    before = cluster.get(part.content)
    try:
        after = cluster.apply(part.content, force=force, dry_run=True)
    except ApiFault as fault:
        if fault.status == HTTPStatus.NOT_FOUND and before is None and made.intersection(_looked_for(part)):
            return Step(part, None, Deed.UNTRIED, part.content)
        raise
    if before is None:
        return Step(part, None, Deed.CREATED, part.content)
    same = cleaned(before) == cleaned(after) and FIELD_MANAGER in managers(before)
    return Step(part, before, Deed.UNCHANGED if same else Deed.CHANGED, part.content)


def _looked_for(part: Part) -> Iterable[Identity]:
    """What the API looks for when an object is made, even in a dry run: its namespace, and the role that it binds (but
    for those who may grant everything)."""
    if part.namespace:
        yield "", "Namespace", "", part.namespace
    role = part.content.get("roleRef")
    if isinstance(role, dict):
        kind = str(role.get("kind"))
        yield str(role.get("apiGroup")), kind, part.namespace if kind == "Role" else "", str(role.get("name"))


def _removal(cluster: Cluster, part: Part) -> Iterable[Step]:
    """Nothing where it is gone already, or nothing in it is ours. A namespace is never deleted: all in it would go."""
    before = cluster.get(part.content)
    if before is None or FIELD_MANAGER not in managers(before):
        return
    if managers(before) == {FIELD_MANAGER} and part.kind != "Namespace":
        cluster.delete(part.content, dry_run=True)
        yield Step(part, before, Deed.DELETED, None)
        return
    empty = _empty(part)
    cluster.apply(empty, dry_run=True)
    yield Step(part, before, Deed.RELEASED, empty)


def _empty(part: Part) -> dict[str, Any]:
    """The object with no fields: what was owned by us and nobody else goes."""
    _, kind, namespace, name = part.identity
    meta = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": part.content["apiVersion"], "kind": kind, "metadata": meta}


def _write(cluster: Cluster, step: Step, *, force: bool) -> None:
    if step.wanted is None:
        cluster.delete(step.part.content)
    else:
        cluster.apply(step.wanted, force=force)


def _put_back(cluster: Cluster, done: Sequence[Step]) -> tuple[list[str], list[Trouble]]:
    """Undo in reverse; the last one may or may not have been done."""
    restored: list[str] = []
    left: list[Trouble] = []
    for step in reversed(done):
        try:
            if _undo(cluster, step):
                restored.append(step.part.name)
        except MeshhubError as error:
            left.append(Trouble(step.part.name, str(error)))
    return restored, left


def _undo(cluster: Cluster, step: Step) -> bool:
    """Whether there was anything to undo."""
    live = cluster.get(step.part.content)
    if step.before is None:
        if live is None:
            return False
        cluster.delete(step.part.content)
        return True
    if live is None:
        cluster.apply(_applicable(step.before))
        return True
    if live["metadata"].get("resourceVersion") == step.before["metadata"].get("resourceVersion"):
        return False
    # The first makes us the owner of what it changes; the second changes owners only, and gives them back.
    for _ in range(2):
        meta = {**step.before["metadata"], "resourceVersion": live["metadata"]["resourceVersion"]}
        live = cluster.replace({**step.before, "metadata": meta})
    return True


def _applicable(before: dict[str, Any]) -> dict[str, Any]:
    """An object that was deleted, to be made again."""
    return cleaned(before)
