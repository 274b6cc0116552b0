"""`meshhub wire diff|apply|rollback`: to the mesh, and back."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from meshhub.cli.options import AsJson, DataDir
from meshhub.cli.wire_options import (
    Author,
    Context,
    DryRun,
    Force,
    Member,
    MeshFile,
    MeshName,
    Message,
    ToDirectory,
    author_of,
    bundle_of,
    history_in,
    target_at,
)

if TYPE_CHECKING:
    from envoy_config.apply.model import Outcome
    from envoy_config.bundle import Document
    from envoy_config.diff import DocumentDiff

VersionName = Annotated[str, typer.Argument(metavar="VERSION", help="A version: v12, or 12.", show_default=False)]


def add(group: typer.Typer) -> None:
    group.command()(diff)
    group.command("apply")(apply_mesh)
    group.command()(rollback)


def diff(
    mesh_file: MeshFile,
    mesh: MeshName = "",
    live: Annotated[
        bool, typer.Option("--live", help="Against the cluster, not against what was applied last.")
    ] = False,
    context: Context = "",
    member: Member = "",
    to: ToDirectory = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what applying would change: against what was applied last, or against the live cluster. Exit code 1 if it
    would change anything."""
    from envoy_config.apply.deployment import former_documents, scope_of
    from envoy_config.apply.live_diff import compare_live
    from envoy_config.diff import Presence, compare
    from envoy_config.live.cluster import connect
    from meshhub.cli.output import print_json, print_lines

    bundle = bundle_of(mesh_file, mesh)
    with target_at(context, to, member=member) as target:
        documents, _ = target.documents(bundle)
        scope = scope_of(bundle, target, member)
    troubles: list[str] = []
    if live:
        with connect(context) as cluster:
            found, failed = compare_live(cluster, documents)
            troubles = [f"{each.name}: {each.reason}" for each in failed]
    else:
        with history_in(data_dir) as history:
            found = compare(former_documents(history, scope), documents)
    changed = [each for each in found if each.presence is not Presence.UNCHANGED]
    if as_json:
        print_json({"documents": [diff_body(each) for each in found], "troubles": troubles})
    else:
        print_lines(line for each in changed for line in diff_lines(each))
        print_lines(f"could not compare {each}" for each in troubles)
        print_lines([f"{len(changed)} of {len(found)} documents would change."])
    if changed or troubles:
        raise typer.Exit(1)


def apply_mesh(
    mesh_file: MeshFile,
    mesh: MeshName = "",
    context: Context = "",
    member: Member = "",
    to: ToDirectory = None,
    message: Message = "",
    author: Author = "",
    force: Force = False,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
) -> None:
    """Put the configuration of a mesh in force: all documents or none, tried in a dry run first, and on record.

    In a cluster this is server-side apply as the field manager meshhub. Fields that others own are never taken
    without --force-conflicts.
    """
    from envoy_config.apply.deployment import deploy, preview, scope_of
    from envoy_config.history.model import Applied
    from meshhub.cli.output import print_lines

    bundle = bundle_of(mesh_file, mesh)
    with history_in(data_dir) as history, target_at(context, to, member=member, force=force) as target:
        documents, elsewhere = target.documents(bundle)
        scope = scope_of(bundle, target, member)
        if dry_run:
            _show(preview(target, history, scope, documents), elsewhere)
            print_lines([f"Nothing was written to {target.name}."])
            return
        done = deploy(target, history, Applied(scope, documents, author_of(author), message), datetime.now(UTC))
    _show(done.outcomes, elsewhere)
    print_lines([f"{done.version.name} of {done.version.scope} is in force."])


def rollback(
    version: VersionName,
    message: Message = "",
    author: Author = "",
    force: Force = False,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
) -> None:
    """Bring a former version back, where it was: what came since goes. That is a new version of its own."""
    from pathlib import Path

    from envoy_config.apply.deployment import By, deploy, preview, restored
    from envoy_config.apply.targets import DIRECTORY, KUBERNETES
    from meshhub.cli.output import print_lines

    with history_in(data_dir) as history:
        applied = restored(history, number_of(version), By(author_of(author), message))
        place = applied.scope.target
        to = Path(place.removeprefix(DIRECTORY)) if place.startswith(DIRECTORY) else None
        context = place.removeprefix(KUBERNETES)
        with target_at("" if context == "in-cluster" else context, to, force=force) as target:
            if dry_run:
                _show(preview(target, history, applied.scope, applied.documents), ())
                print_lines([f"Nothing was written to {target.name}."])
                return
            done = deploy(target, history, applied, datetime.now(UTC))
    _show(done.outcomes, ())
    print_lines([f"{done.version.name} of {done.version.scope} is in force: what v{applied.restores} was."])


def number_of(version: str) -> int:
    """The id of a version as people write it.

    Raises:
        UnusableRequest: it is none.
    """
    from meshhub.errors import UnusableRequest

    digits = version.lower().removeprefix("v")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise UnusableRequest(f"could not read the version {version}: it is called v12, or 12")
    return int(digits)


def _show(outcomes: "Iterable[Outcome]", elsewhere: "Iterable[Document]") -> None:
    from meshhub.cli.output import print_lines

    print_lines(f"{each.deed.value:>9}  {each.name}" for each in outcomes)
    print_lines(f"elsewhere  {each.path}: {each.applies_to}" for each in elsewhere)


def diff_lines(found: "DocumentDiff") -> Iterable[str]:
    yield f"{found.presence.value}: {found.name}" + (" (secret)" if found.secret else "")
    for field in found.fields:
        yield f"    {field.path}: {field.before or '(none)'} → {field.after or '(none)'}"
    yield from found.unified.splitlines()


def diff_body(found: "DocumentDiff") -> dict[str, Any]:
    return {
        "name": found.name,
        "presence": found.presence.value,
        "fields": [{"path": each.path, "before": each.before, "after": each.after} for each in found.fields],
        "unified": found.unified,
        "secret": found.secret,
    }
