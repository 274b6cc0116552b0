"""`meshhub graph`: the service graph as a table or in another format, what changed in it, what its shape says."""

from enum import StrEnum
from typing import Annotated

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask, ask_text
from meshhub.cli.options import AsJson, End, Start, Window


class GraphFormat(StrEnum):
    """What `meshhub graph` prints."""

    TABLE = "table"
    JSON = "json"
    DOT = "dot"
    MERMAID = "mermaid"
    GRAPHML = "graphml"
    CYTOSCAPE = "cytoscape"


def add(app: typer.Typer) -> None:
    graphs = typer.Typer(
        invoke_without_command=True,
        help="Show who calls whom, what changed between two windows, and what depends on what.",
    )
    graphs.callback()(graph)
    graphs.command()(diff)
    graphs.command()(analysis)
    app.add_typer(graphs, name="graph")


def graph(
    context: typer.Context,
    window: Window = None,
    start: Start = None,
    end: End = None,
    find: Annotated[
        str | None, typer.Option("--find", help='An expression: "ns=shop and err > 5%".', show_default=False)
    ] = None,
    hide: Annotated[str | None, typer.Option("--hide", help="What to leave out.", show_default=False)] = None,
    format: Annotated[GraphFormat, typer.Option("--format", help="What to print.")] = GraphFormat.TABLE,  # noqa: A002 - the option's name
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show who calls whom in a window, and how it goes: rate, errors, latency, response flags, mTLS."""
    if context.invoked_subcommand is not None:
        return
    asked = {"window": window, "start": start, "end": end, "find": find, "hide": hide}
    if format not in (GraphFormat.TABLE, GraphFormat.JSON) and not as_json:
        from meshhub.cli.output import print_file

        print_file(ask_text(url, "/api/v1/graph", asked | {"format": format.value}))
        return
    body = ask(url, "/api/v1/graph", asked)

    from meshhub.cli.graph_table import EDGE_HEADS, NUMBERS, edge_rows, summary
    from meshhub.cli.output import print_json, print_lines, print_table

    if as_json or format is GraphFormat.JSON:
        print_json(body)
        return
    if body["edges"]:
        print_table(EDGE_HEADS, edge_rows(body), NUMBERS)
    print_lines([summary(body)])


def diff(
    before: Annotated[
        str,
        typer.Option(
            "--before",
            help='"previous" (just before, as long), a length to go back (1d), when a window as long ended (RFC 3339), '
            "or start/end.",
        ),
    ] = "previous",
    after: Annotated[str, typer.Option("--after", help="A length up to now (15m), or start/end (RFC 3339).")] = "15m",
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show what changed from one window to another, worst first, and how sure that is. --after is the later one."""
    body = ask(url, "/api/v1/graph/diff", _after(after) | _before(before))

    from meshhub.cli.graph_words import CHANGE_HEADS, change_rows, diff_summary
    from meshhub.cli.output import print_json, print_lines, print_table

    if as_json:
        print_json(body)
        return
    rows = list(change_rows(body))
    if rows:
        print_table(CHANGE_HEADS, rows)
    print_lines(diff_summary(body))


def analysis(
    window: Window = None,
    start: Start = None,
    end: End = None,
    node: Annotated[
        str | None, typer.Option("--node", help="Id of a node: who is affected if it fails.", show_default=False)
    ] = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show who is affected if a service fails, circles, single points of failure, chains, fan-out, orphans."""
    body = ask(url, "/api/v1/graph/analysis", {"window": window, "start": start, "end": end, "node": node})

    from meshhub.cli.graph_words import analysis_lines, blast_lines
    from meshhub.cli.output import print_json, print_lines

    if as_json:
        print_json(body)
    elif node is not None:
        print_lines(blast_lines(body))
    else:
        print_lines(analysis_lines(body))


def _after(text: str) -> dict[str, str | None]:
    start, slash, end = text.partition("/")
    return {"start": start, "end": end} if slash else {"window": text}


def _before(text: str) -> dict[str, str | None]:
    start, slash, end = text.partition("/")
    return {"before_start": start, "before_end": end} if slash else {"compare": text}
