"""The list of SLOs: a row for each, the worst first; how to write the first one where there are none."""

from collections import Counter
from typing import Any

from dash import html
from dash.development.base_component import Component

from alerting.evaluation.state import Evaluation, SloState
from alerting.reason import words
from alerting.specification.model import Calendar, Slo
from alerting.specification.quantities import length_text
from dashboard.reads.slos import Defaults
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.state import slos as state
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.grid import Column, column, number_column
from dashboard.ui.views.parts import code, copyable, icon, link
from dashboard.ui.views.slo_standing import Standing, by_length, standing, worst_first

EXAMPLE = """\
slos:
  - name: checkout-availability
    service: shop/checkout
    objective: 99.9
    window: 30d
    indicator: availability
    owner: shop-team
"""
"""A first SLO."""
SETTINGS = "alerting:\n  slos: [slos.yaml]\n"

COLUMNS: tuple[Column, ...] = (
    column(
        "slo", "SLO", cellRenderer="GridLink", flex=3, minWidth=210, pinned="left",
        comparator={"function": "meshhubByText"}, getQuickFilterText={"function": "params.data.search"},
    ),
    column(
        "standing", "State", cellRenderer="GridHealth", width=138,
        comparator={"function": "meshhubByOrder"}, getQuickFilterText={"function": "params.data.standing.word"},
    ),
    number_column("left", "Budget left", width=150, cellRenderer="GridBudget"),
    column("burn", "Burn now", cellRenderer="GridBurns", width=278, sortable=False),
    column(
        "course", "Long … short", cellRenderer="GridSpark", width=112, sortable=False,
        headerTooltip="The burn rate over each of its windows, the longest first: what rises to the right gets worse",
    ),
    number_column("covered", "Measured", width=86, headerTooltip="Part of the budget's time that was measured"),
    number_column("objective", "Objective", width=118),
    column("about", "Whose requests", flex=2, minWidth=110, tooltipField="about"),
)  # fmt: skip


def rows(evaluation: Evaluation, links: Links) -> list[dict[str, Any]]:
    """The rows of the grid."""
    ordered = sorted(evaluation.states.values(), key=worst_first)
    return [_row(each, place, links) for place, each in enumerate(ordered)]


def count(evaluation: Evaluation) -> str:
    """How many there are, how they stand, and when that was found."""
    found = Counter(standing(each) for each in evaluation.states.values())
    parts = [fmt.plural(len(evaluation.states), "SLO")]
    parts += [f"{found[each]:,} {each.word}" for each in Standing if found[each]]
    if evaluation.at is not None:
        parts.append(f"evaluated {fmt.moment(evaluation.at)}")
    return " · ".join(parts)


def notes(evaluation: Evaluation) -> list[Component]:
    """What could not be done, and what was taken otherwise than written."""
    said = [evaluation.trouble] if evaluation.trouble else []
    said += [str(note) for note in evaluation.specifications.notes]
    return [html.P([icon("note"), text], className="note") for text in said]


def nothing(evaluation: Evaluation, defaults: Defaults | None, links: Links) -> Component | None:
    """How to begin where there are no SLOs; None where there are some. `defaults` is None where they are not known."""
    if evaluation.states:
        return None
    if evaluation.at is None and not evaluation.trouble:
        return empty_card("Not evaluated yet", html.P("The first evaluation comes within seconds of the hub's start."))
    steps: list[Component | str | None] = [
        html.P(
            "An SLO promises which share of some requests is good over a time. The hub counts every request from the "
            "access logs and alerts when the budget for failures goes too fast."
        ),
        html.H3("1. Write it into a file"),
        copyable(EXAMPLE, "Copy the SLO"),
        html.P(["Try it on the past first: ", link("open the editor", links.here("slos", edit=state.NEW)), "."]),
        html.H3("2. Tell the hub where the file is, in its settings"),
        copyable(SETTINGS, "Copy the settings"),
    ]
    if defaults is not None and defaults.slos:
        steps += [
            html.H3(f"Or begin with the defaults: 99.9 % for {fmt.plural(len(defaults.slos), 'service')} seen"),
            copyable(defaults.text, "Copy the default SLOs"),
            html.P(
                [
                    link("Try them on the past", links.here("slos", edit=state.DEFAULTS)),
                    ", or have them without a file: ",
                    code("alerting: {default_slos: true}"),
                    ".",
                ]
            ),
        ]
    return empty_card("Nothing is promised yet", steps)


def window_words(slo: Slo) -> str:
    """What its budget is over."""
    return f"each {slo.window.period}" if isinstance(slo.window, Calendar) else length_text(slo.window.length)


def _row(found: SloState, place: int, links: Links) -> dict[str, Any]:
    slo, stands = found.slo, standing(found)
    left, covered = found.budget.remaining, found.coverage.share
    return {
        "id": slo.name,
        "order": place,
        "slo": {
            "text": slo.name,
            "note": slo.title or slo.owner,
            "href": links.here("slos", **{**state.OWN, state.NAME: slo.name}),
            "title": slo.description or slo.title or slo.name,
        },
        "search": f"{slo.name} {slo.title} {slo.owner} {slo.selector} {' '.join(slo.labels.values())}",
        "standing": {
            "health": stands.health.value,
            "glyph": stands.glyph,
            "word": stands.word,
            "reason": words.headline(found),
        },
        "left": left,
        "burn": [_burn(burn.rate.long, burn.long_rate, burn.rate.threshold) for burn in found.burns],
        "course": [rate or 0.0 for _, rate in by_length(found)],
        "covered": covered,
        "objective": slo.objective,
        "about": str(slo.selector),
        "text": {
            "left": "no requests" if left is None else words.percent(left),
            "covered": fmt.share(covered),
            "objective": f"{words.percent(slo.objective)} / {window_words(slo)}",
        },
    }


def _burn(long: Any, rate: float | None, threshold: float) -> dict[str, Any]:
    return {
        "window": length_text(long),
        "text": fmt.ABSENT if rate is None else f"{rate:.3g}×",
        "over": rate is not None and rate >= threshold,
        "title": f"over {length_text(long)}; it alerts from {threshold:g}×",
    }
