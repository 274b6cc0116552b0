"""`meshhub doctor`: what is wired to the hub, what is not, and what mends it."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask
from meshhub.cli.options import AsJson


class FailOn(StrEnum):
    """From which severity on the command fails."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


_ORDER = (FailOn.CRITICAL, FailOn.WARNING, FailOn.NOTE)

Judged = Annotated[str, typer.Option("--window", help="How much of the time before now is judged: 1m to 1h.")]
Fails = Annotated[FailOn, typer.Option("--fail-on", help="End with exit code 1 from this severity on.")]
OfHub = Annotated[
    bool, typer.Option("--hub", help="Check the hub itself instead: engine, journal, disks, clocks, certificates.")
]
WithProxies = Annotated[bool, typer.Option("--proxies", help="Show every proxy too.")]


def add(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    window: Judged = "5m",
    fail_on: Fails = FailOn.CRITICAL,
    proxies: WithProxies = False,
    hub: OfHub = False,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Check what is wired: every proxy and signal, what is wrong and the change that mends it. Exit code 1 if "
    "anything is."""
    if hub:
        from meshhub.cli.hub_checks import show_checks

        show_checks(ask(url, "/api/v1/hub/checks"), fail_on, as_json=as_json)
        return
    body = ask(url, "/api/v1/doctor", {"window": window})

    from meshhub.cli import doctor_table
    from meshhub.cli.output import print_json, print_lines, print_table

    if as_json:
        print_json(body)
    else:
        print_lines(
            [line for diagnosis in body["diagnoses"] for line in _lines(diagnosis)] or [_sound(body["proxies"])]
        )
        if proxies:
            print_table(doctor_table.HEADS, doctor_table.rows(body), doctor_table.NUMBERS)
    failing = _ORDER[: _ORDER.index(fail_on) + 1] if fail_on in _ORDER else ()
    if any(diagnosis["severity"] in failing for diagnosis in body["diagnoses"]):
        raise typer.Exit(1)


def _sound(proxies: list[dict[str, Any]]) -> str:
    if not proxies:
        return (
            "No proxy has reported to the hub in the last 24 h. `meshhub wire emit` makes the configuration for yours."
        )
    return f"Nothing is wrong with the wiring of {len(proxies)} {'proxy' if len(proxies) == 1 else 'proxies'}."


def _lines(diagnosis: dict[str, Any]) -> list[str]:
    shown = [
        f"{diagnosis['severity'].upper()}  {diagnosis['title']}  [{diagnosis['code']}]",
        f"  {diagnosis['evidence']}",
        f"  Fix: {diagnosis['cure']['text']}",
    ]
    if diagnosis["cure"]["change"]:
        shown.append(f"       {diagnosis['cure']['change']}")
    if diagnosis["examples"]:
        shown.append(f"  Requests: {', '.join(diagnosis['examples'])}")
    return shown
