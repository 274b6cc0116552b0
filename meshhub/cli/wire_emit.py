"""`meshhub wire emit|schema`: what the mesh file stands for."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from meshhub.cli.options import AsJson
from meshhub.cli.wire_options import MeshFile, MeshName, ToDirectory, bundle_of

if TYPE_CHECKING:
    from envoy_config.bundle import Bundle


def add(group: typer.Typer) -> None:
    group.command()(emit)
    group.command()(schema)


def emit(
    mesh_file: MeshFile,
    mesh: MeshName = "",
    to: ToDirectory = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Only what arrives and what to know, no documents.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the documents that wire a mesh, or write them to a directory. Secrets are stars, but in files."""
    from meshhub.cli.output import print_file, print_json, print_lines, print_table

    bundle = bundle_of(mesh_file, mesh)
    if to is not None:
        _write(bundle, to)
    if as_json:
        print_json(_body(bundle))
        return
    if to is None and not summary:
        for each in _body(bundle)["documents"]:
            print_file(f"# {each['path']}: {each['applies_to']}\n{each['text'].rstrip(chr(10))}\n---\n")
        return
    rows = [(each.path, each.kind.value, each.applies_to, each.restart) for each in bundle.documents]
    print_table(("Document", "Kind", "Where it goes", "Restart"), rows)
    print_table(
        ("Signal", "Of", "How", ""),
        [(each.signal.value, each.what, each.way.value, each.how) for each in bundle.arrivals],
    )
    print_lines(f"• {note}" for note in bundle.notes)


def schema() -> None:
    """Print the JSON schema of the mesh file, for editors."""
    from envoy_config.intent.schema import json_schema
    from meshhub.cli.output import print_json

    print_json(json_schema())


def _write(bundle: "Bundle", directory: Any) -> None:
    from envoy_config.apply.targets import DirectoryTarget

    target = DirectoryTarget(directory)
    documents, _ = target.documents(bundle)
    target.carry_out(documents, ())


def _body(bundle: "Bundle") -> dict[str, Any]:
    from envoy_config.emit.text import text_of

    return {
        "mesh": bundle.mesh,
        "kind": bundle.kind,
        "version": bundle.version,
        "documents": [
            {
                "path": each.path,
                "name": each.name,
                "kind": each.kind.value,
                "applies_to": each.applies_to,
                "restart": each.restart,
                "cluster": each.cluster,
                "text": text_of(each),
            }
            for each in (*bundle.documents, *bundle.permissions)
        ],
        "arrivals": [
            {"signal": each.signal.value, "what": each.what, "way": each.way.value, "how": each.how}
            for each in bundle.arrivals
        ],
        "notes": list(bundle.notes),
    }
