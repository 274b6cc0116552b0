"""`meshhub alert …`: what fires, who was told, silences, and whether receivers can be told."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask, post
from meshhub.cli.options import AsJson

Who = Annotated[str, typer.Option("--by", envvar="USER", help="Your name, for the audit log.")]
Comment = Annotated[str, typer.Option("--comment", help="Why.")]


Fingerprint = Annotated[str, typer.Argument(help="The alert's id, as `alert list` shows it.", show_default=False)]
SilenceId = Annotated[str, typer.Argument(help="The silence's id.", show_default=False)]
Receiver = Annotated[str, typer.Argument(help="Its name in the notifications file.", show_default=False)]

_NAMES = {"list_alerts": "list", "try_receiver": "test"}


def add(app: typer.Typer) -> None:
    group = typer.Typer(help="Alerts: what fires, who was told, silences, tests.", no_args_is_help=True)
    for command in (check, list_alerts, show, ack, silence, expire, notifications, try_receiver):
        group.command(_NAMES.get(command.__name__, command.__name__))(command)
    app.add_typer(group, name="alert")


def check(file: Annotated[Path, typer.Argument(help="The notifications file.")]) -> None:
    """Check a notifications file: every fault with its line, or what was read."""
    from alerting.routing.loading import load_notifications
    from meshhub.cli.output import print_lines

    found = load_notifications(file, lambda: 0.0)
    for receiver, channels in sorted(found.routing.channels.items()):
        print_lines([f"{receiver}: {', '.join(channels) or 'no channels: nobody is told'}"])


def list_alerts(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show all alerts that go on."""
    body = ask(url, "/api/v1/alerts", {})

    from meshhub.cli.output import print_json, print_lines, print_table

    if as_json:
        print_json(body)
    elif body["alerts"]:
        print_table(("State", "Severity", "Since", "Alert", "Held back", "Id"), map(_row, body["alerts"]))
    else:
        print_lines(["No alert goes on."])


def show(fingerprint: Fingerprint, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show one alert: why it fires, what happened, who was told."""
    body = ask(url, f"/api/v1/alerts/{quote(fingerprint, safe='')}", {})

    from meshhub.cli.output import print_json, print_lines

    if as_json:
        print_json(body)
        return
    alert = body["alert"]
    said = alert["annotations"]
    print_lines([f"{alert['state'].upper()}  {said.get('summary', alert['labels'].get('alertname', ''))}"])
    print_lines((said.get("reason") or said.get("description", "")).splitlines())
    print_lines(f"{event['at']}  {event['what']} {event['text']}" for event in reversed(body["events"]))
    print_lines(_told(each) for each in reversed(body["notifications"]))


def ack(
    fingerprint: Fingerprint,
    by: Who = "somebody",
    comment: Comment = "",
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Have an alert in hand: it is not repeated until it is over."""
    body = post(url, f"/api/v1/alerts/{quote(fingerprint, safe='')}/acknowledge", {"by": by, "comment": comment})
    _said(body, "acknowledged", as_json)


def silence(
    matchers: Annotated[str, typer.Argument(help='Like service="cart", severity=~"page|ticket".')],
    duration: Annotated[str, typer.Option("--for", help="How long: 30m, 2h, 1d.")] = "2h",
    by: Who = "somebody",
    comment: Comment = "",
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Have nobody told of the alerts that match, for a while."""
    wanted = {"matchers": matchers, "duration": duration, "created_by": by, "comment": comment}
    body = post(url, "/api/v1/silences", wanted)
    _said(body, f"silence {body['id']} until {body['ends_at']}", as_json)


def expire(silence_id: SilenceId, by: Who = "somebody", url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """End a silence."""
    body = post(url, f"/api/v1/silences/{quote(silence_id, safe='')}/expire", {"by": by})
    _said(body, "ended", as_json)


def notifications(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show what receivers were told, and what they are owed."""
    body = ask(url, "/api/v1/notifications", {})

    from meshhub.cli.output import print_json, print_lines

    if as_json:
        print_json(body)
    else:
        print_lines([_told(each) for each in body["notifications"]] or ["Nobody was told of anything."])


def try_receiver(receiver: Receiver, by: Who = "somebody", url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Send a test to a receiver, over each of its channels; exit 1 if one does not take it."""
    body = post(url, f"/api/v1/receivers/{quote(receiver, safe='')}/test", {"by": by})

    from meshhub.cli.output import print_json, print_lines

    if as_json:
        print_json(body)
    else:
        print_lines(f"{each['channel']}: {each['outcome']}: {each['detail']}" for each in body["channels"])
    if any(each["outcome"] != "delivered" for each in body["channels"]):
        raise typer.Exit(1)


def _said(body: Any, text: str, as_json: bool) -> None:
    from meshhub.cli.output import print_json, print_lines

    if as_json:
        print_json(body)
    else:
        print_lines([text])


def _row(alert: dict[str, Any]) -> tuple[str, ...]:
    held = ["silenced"] if alert["silenced_by"] else []
    held += [alert["inhibited_because"]] if alert["inhibited_by"] else []
    held += [f"taken by {alert['acknowledged']['by']}"] if alert["acknowledged"] else []
    labels = alert["labels"]
    summary = alert["annotations"].get("summary", labels.get("alertname", ""))
    return (
        alert["state"],
        labels.get("severity", ""),
        alert["starts_at"],
        summary,
        ", ".join(held),
        alert["fingerprint"],
    )


def _told(each: dict[str, Any]) -> str:
    tries = f", {len(each['attempts'])} attempts" if len(each["attempts"]) > 1 else ""
    last = f": {each['attempts'][-1]['detail']}" if each["attempts"] else ""
    to = f"{each['receiver']} ({each['channel']})"
    return f"{each['created_at']}  {each['status']} to {to}: {each['state']}{tries}{last}"
