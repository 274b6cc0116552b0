"""What a comparison of two windows shows, as a table: worst first, or sorted as the reader likes."""

from collections import Counter
from collections.abc import Callable, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.ui import comparing
from dashboard.ui import format as fmt
from dashboard.ui.scene import Scene
from dashboard.ui.state.topology import SORT
from dashboard.ui.theme import CHANGE_MARKS
from dashboard.ui.views.about import About, change_mark
from dashboard.ui.views.parts import Content, aria, icon, link, section
from topology.diff.model import Change, EdgeChange, GraphDiff, NodeChange

ROWS_SHOWN = 80
_WORDS = {Change.WORSE: "worse", Change.BETTER: "better", Change.ADDED: "added", Change.REMOVED: "removed"}

Key = Callable[[EdgeChange], float]


def changes(scene: Scene, diff: GraphDiff, about: About) -> Component:
    """The changed edges, then services that came or went."""
    shown = {edge.id for edge in scene.shown.edges}
    edges = [change for change in diff.edges if change.change in CHANGE_MARKS and change.id in shown]
    nodes = [change for change in diff.nodes if change.change in (Change.ADDED, Change.REMOVED)]
    return html.Div(
        [
            html.H2("What changed"),
            html.P(_sentence(edges, diff, about)),
            *(html.P([icon("note"), note.text], className="note") for note in diff.notes),
            _table(edges, about) if edges else None,
            _services(nodes, about) if nodes else None,
        ],
        className="stack changes",
    )


def _sentence(edges: Sequence[EdgeChange], diff: GraphDiff, about: About) -> str:
    counts = Counter(change.change for change in edges)
    against = comparing.words(about.state.view.compare, about.window)
    said = [f"{counts[change]:,} {word}" for change, word in _WORDS.items() if counts[change]]
    begin = f"{', '.join(said)}" if said else "No edge changed significantly"
    then = f"{diff.before.start:%Y-%m-%d %H:%M} to {diff.before.end:%H:%M} UTC"
    return f"{begin}, of {fmt.plural(len(diff.edges), 'edge')}, against {against} ({then})."


def _table(edges: list[EdgeChange], about: About) -> Component:
    chosen = about.state.sort if about.state.sort in _SORTS else ""
    key = _SORTS[chosen][1]
    ordered = sorted(edges, key=lambda change: (-key(change), change.id)) if key else edges
    names = {node.id: node.service or "unknown" for node in about.graph.nodes}
    heads = [
        html.Th(
            link(text, about.links.here("topology", **{SORT: name}), label=f"Sort by {text}"),
            scope="col",
            className="number" if name else "",
            **(aria(sort="descending") if name == chosen else {}),
        )
        for name, (text, _) in _SORTS.items()
    ]
    rows = [row for change in ordered[:ROWS_SHOWN] for row in _rows(change, names, about)]
    more = f"{ROWS_SHOWN} of {len(edges):,}" if len(edges) > ROWS_SHOWN else f"{len(edges):,}"
    body = html.Div(html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)]), className="table changed")
    return section("Edges", body, aside=more)


def _rows(change: EdgeChange, names: dict[str, str], about: About) -> tuple[Component, Component]:
    text = f"{names.get(change.source, change.source)} → {names.get(change.destination, change.destination)}"
    words = "; ".join(note.text for note in change.words)
    head: Content = [change_mark(change.change), " ", link(text, about.links.here("topology", select=change.id))]
    numbers = (_errors(change), _latency(change), _rate(change))
    return (
        html.Tr([html.Td(head), *(html.Td(number, className="number") for number in numbers)]),
        html.Tr(html.Td(words, colSpan=4, className="muted small"), className="words"),
    )


def _errors(change: EdgeChange) -> str:
    points = _error_points(change)
    return f"{points:+.1f} pt" if abs(points) >= 0.05 else ""


def _latency(change: EdgeChange) -> str:
    ratio = _p95_ratio(change)
    return f"{(ratio - 1) * 100:+.0f} %" if ratio and abs(ratio - 1) >= 0.005 else ""


def _rate(change: EdgeChange) -> str:
    ratio = change.measures.rate.ratio
    return f"{(ratio - 1) * 100:+.0f} %" if ratio is not None and abs(ratio - 1) >= 0.005 else ""


def _error_points(change: EdgeChange) -> float:
    difference = change.measures.errors.difference if change.measures.errors else None
    return (difference or 0.0) * 100


def _p95_ratio(change: EdgeChange) -> float:
    latency = change.measures.latency.get("p95")
    return latency.after / latency.before if latency and latency.before else 0.0


def _services(nodes: Sequence[NodeChange], about: About) -> Component:
    items = []
    for change in nodes[:ROWS_SHOWN]:
        node = change.after or change.before
        name = (node.service if node else "") or change.id
        items.append(
            html.Li([change_mark(change.change), " ", link(name, about.links.here("topology", select=change.id))])
        )
    return section("Services", html.Ul(items), aside=f"{len(nodes):,}")


_SORTS: dict[str, tuple[str, Key | None]] = {
    "": ("weight", None),
    "errors": ("errors", _error_points),
    "latency": ("p95", _p95_ratio),
    "rate": ("rate", lambda change: abs(change.measures.rate.difference or 0.0)),
}
"""By the value of the URL's `sort`: what the column is called, and what it sorts by, highest first."""
