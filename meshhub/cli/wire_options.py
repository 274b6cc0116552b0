"""What the commands of `meshhub wire` share: options, the bundle, the history, the target."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from envoy_config.apply.targets import Target
    from envoy_config.bundle import Bundle
    from envoy_config.history.history import History

MeshFile = Annotated[Path, typer.Argument(metavar="MESH_FILE", help="The mesh file.", show_default=False)]
MeshName = Annotated[
    str, typer.Option("--mesh", help="Which mesh of the file; not needed if it has one.", show_default="the only one")
]
Context = Annotated[
    str, typer.Option("--context", help="The context of the kubeconfig.", show_default="the current one")
]
Member = Annotated[
    str,
    typer.Option("--cluster", help="The name of that cluster in the mesh file, if it has several.", show_default=False),
]
ToDirectory = Annotated[
    Path | None, typer.Option("--to", metavar="DIRECTORY", help="Write plain files there instead.", show_default=False)
]
Message = Annotated[str, typer.Option("--message", "-m", help="Why; kept in the history.", show_default=False)]
Author = Annotated[str, typer.Option("--author", help="Who; kept in the history.", show_default="the user")]
Force = Annotated[bool, typer.Option("--force-conflicts", help="Take fields that other managers own.")]
HubUrl = Annotated[
    str,
    typer.Option(
        "--url",
        envvar="MESHHUB_URL",
        help="Ask this running hub, unless --data-dir says where the history is.",
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Try everything, write nothing.")]


def bundle_of(path: Path, name: str) -> "Bundle":
    """The bundle of a mesh of a mesh file.

    Raises:
        ConfigurationError: the file is wrong, with every fault.
        UnusableRequest: it has several meshes and none is named.
    """
    from envoy_config.emit import emit, mesh_names
    from envoy_config.intent import load_intent
    from meshhub.errors import UnusableRequest

    intent = load_intent(path)
    names = mesh_names(intent)
    if not name and len(names) != 1:
        said = ", ".join(names) or "none"
        raise UnusableRequest(f"could not tell which mesh of {path} is meant: it has {said}. Name one with --mesh.")
    return emit(intent, name or names[0])


def author_of(given: str) -> str:
    """Who does it."""
    try:
        return given or getpass.getuser()
    except OSError:
        return "unknown"


@contextmanager
def history_in(config: Path | None, data_dir: str | None) -> Iterator["History"]:
    """The history in the data directory, or that of a hub whose processes share a store; the hub may be running."""
    from meshhub.app.kept import kept_history
    from meshhub.cli.options import load

    with kept_history(load(config, data_dir).settings) as history:
        yield history


@contextmanager
def target_at(context: str, to: Path | None, *, member: str = "", force: bool = False) -> Iterator["Target"]:
    """Where it goes."""
    from envoy_config.apply.targets import ClusterTarget, DirectoryTarget
    from envoy_config.live.cluster import connect

    if to is not None:
        yield DirectoryTarget(to)
        return
    with connect(context) as cluster:
        yield ClusterTarget(cluster, member=member, force=force)
