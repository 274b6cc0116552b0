"""`meshhub wire diff|apply|rollback`: to the mesh, and back."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from meshhub.cli.options import AsJson, DataDir, SettingsFile
from meshhub.cli.wire_options import (
    Author,
    Context,
    DryRun,
    Force,
    HubUrl,
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
    from dashboard.api.wiring_body import DocumentDiffBody
    from envoy_config.apply.model import Outcome
    from envoy_config.bundle import Document

VersionName = Annotated[str, typer.Argument(metavar="VERSION", help="A version: v12, or 12.", show_default=False)]


def add(group: typer.Typer) -> None:
    group.command()(diff)
    group.command("apply")(apply_mesh)
    group.command()(remove)
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
    config: SettingsFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what applying would change: against what was applied last, or against the live cluster. Exit code 1 if it
    would change anything."""
    from dashboard.api.wiring_body import show_diff
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
        with history_in(config, data_dir) as history:
            found = compare(former_documents(history, scope), documents)
    shown = show_diff(found)
    changed = [each for each in shown if each["presence"] != Presence.UNCHANGED]
    if as_json:
        print_json({"documents": shown, "troubles": troubles})
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
    config: SettingsFile = None,
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
    with history_in(config, data_dir) as history, target_at(context, to, member=member, force=force) as target:
        documents, elsewhere = target.documents(bundle)
        scope = scope_of(bundle, target, member)
        if dry_run:
            _show(preview(target, history, scope, documents), elsewhere)
            print_lines([f"Nothing was written to {target.name}."])
            return
        done = deploy(target, history, Applied(scope, documents, author_of(author), message), datetime.now(UTC))
    _show(done.outcomes, elsewhere)
    print_lines([f"{done.version.name} of {done.version.scope} is in force."])


def remove(
    mesh_file: MeshFile,
    mesh: MeshName = "",
    context: Context = "",
    member: Member = "",
    to: ToDirectory = None,
    message: Message = "",
    author: Author = "",
    dry_run: DryRun = False,
    config: SettingsFile = None,
    data_dir: DataDir = None,
) -> None:
    """Take the configuration of a mesh away: what was applied last, and what the mesh file would make.

    Only fields that meshhub owns go, objects where nobody else owns any. Namespaces stay, and Istio's mesh
    configuration but for the providers of ours.
    """
    from envoy_config.apply.deployment import By, former_documents, scope_of
    from envoy_config.apply.deployment import remove as take_away
    from meshhub.cli.output import print_lines

    bundle = bundle_of(mesh_file, mesh)
    with history_in(config, data_dir) as history, target_at(context, to, member=member) as target:
        documents, elsewhere = target.documents(bundle)
        scope = scope_of(bundle, target, member)
        if dry_run:
            named = {each.name for each in documents}
            noted = tuple(each for each in former_documents(history, scope) if each.name not in named)
            _show(target.plan(target.remaining(bundle), (*documents, *noted)), elsewhere)
            print_lines([f"Nothing was taken from {target.name}."])
            return
        done = take_away(target, history, scope, bundle, By(author_of(author), message), datetime.now(UTC))
    _show(done.outcomes, elsewhere)
    print_lines([f"{done.version.name} of {done.version.scope} is in force: it was taken away."])


def rollback(
    version: VersionName,
    message: Message = "",
    author: Author = "",
    force: Force = False,
    dry_run: DryRun = False,
    config: SettingsFile = None,
    data_dir: DataDir = None,
    url: HubUrl = "",
) -> None:
    """Bring a former version back, where it was: what came since goes. That is a new version of its own.

    A running hub does it where it may (wiring.apply), under the name of who asks, and keeps it in its own history.
    """
    if url and data_dir is None:
        _roll_back_at(url, number_of(version), author_of(author), message, force=force, dry_run=dry_run)
        return

    from pathlib import Path

    from envoy_config.apply.deployment import By, deploy, preview, restored
    from envoy_config.apply.targets import DIRECTORY, KUBERNETES
    from meshhub.cli.output import print_lines

    with history_in(config, data_dir) as history:
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


def _roll_back_at(url: str, version: int, author: str, message: str, *, force: bool, dry_run: bool) -> None:
    from meshhub.cli.hub_api import post
    from meshhub.cli.output import print_lines

    wanted = {"author": author, "message": message, "force_conflicts": force, "dry_run": dry_run}
    done = post(url, f"/api/v1/wiring/history/{version}/rollback", wanted)
    print_lines(_outcome_line(each["deed"], each["name"]) for each in done["outcomes"])
    kept = done["version"]
    print_lines([f"{kept['text']}." if kept else f"Nothing was written to {done['target']}."])


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

    print_lines(_outcome_line(each.deed.value, each.name) for each in outcomes)
    print_lines(f"elsewhere  {each.path}: {each.applies_to}" for each in elsewhere)


def _outcome_line(deed: str, name: str) -> str:
    return f"{deed:>9}  {name}"


def diff_lines(found: "DocumentDiffBody") -> Iterable[str]:
    """What became of a document, in lines."""
    yield f"{found['presence']}: {found['name']}" + (" (secret)" if found["secret"] else "")
    for field in found["fields"]:
        yield f"    {field['path']}: {field['before'] or '(none)'} → {field['after'] or '(none)'}"
    yield from found["unified"].splitlines()
