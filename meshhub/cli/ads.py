"""`meshhub ads status`, and `meshhub wire sampling` and `fault`: the proxies that the hub configures, and changes that
reach them at once."""

import getpass
import math
from typing import Annotated, Any

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask, post
from meshhub.cli.options import AsJson

HEADS = ("Proxy", "State", "Version", "Variant", "Envoy", "Since", "Certificate ends", "Last refusal")

Author = Annotated[str | None, typer.Option(help="Who does it, for the history; by default your user name.")]
Service = Annotated[str | None, typer.Option(help="One service, <name> or <name>.<namespace>; by default all.")]


def add(app: typer.Typer) -> None:
    group = typer.Typer(help="The proxies that the hub configures over ADS.", no_args_is_help=True)
    group.command()(status)
    app.add_typer(group, name="ads")


def add_changes(group: typer.Typer) -> None:
    """The changes, which stand beside the other commands of `meshhub wire`."""
    group.command()(sampling)
    group.command()(fault)


def status(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show every proxy: connected, what it took, what it refused and why. Exit code 1 if one refuses or something is
    not served."""
    body = ask(url, "/api/v1/wiring/proxies")

    from meshhub.cli.output import print_json, print_lines, print_table

    if as_json:
        print_json(body)
    elif not body["on"]:
        print_lines(["This hub configures no proxies: set ads.address and ads.mesh_file."])
    else:
        print_table(HEADS, [_row(proxy) for proxy in body["proxies"]])
        print_lines(_lines(body))
    if body["faults"] or any(proxy["rejections"] for proxy in body["proxies"]):
        raise typer.Exit(1)


def sampling(
    percent: Annotated[str, typer.Argument(help='Share of requests that get spans, or "file": as the mesh file says.')],
    service: Service = None,
    author: Author = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Change how many requests are traced. The proxies have it at once, and no connection ends."""
    body = {"percent": _percent(percent), "service": service, "author": _author(author)}
    _say(post(url, "/api/v1/wiring/sampling", body))


def fault(
    service: Annotated[str, typer.Argument(help="<name> or <name>.<namespace>.")],
    delay: Annotated[float, typer.Option(help="Seconds by which requests are delayed.")] = 1.0,
    delay_percent: Annotated[float, typer.Option(min=0, max=100, help="Share of requests that are delayed.")] = 0,
    status_code: Annotated[int, typer.Option("--status", help="What refused requests are answered.")] = 503,
    abort_percent: Annotated[float, typer.Option(min=0, max=100, help="Share of requests that are refused.")] = 0,
    off: Annotated[bool, typer.Option("--off", help="End the fault.")] = False,
    author: Author = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Have the proxies of a service delay or refuse a share of its requests."""
    wanted = {
        "delay_seconds": delay,
        "delay_percent": delay_percent,
        "abort_status": status_code,
        "abort_percent": abort_percent,
    }
    body = {"fault": None if off else wanted, "service": service, "author": _author(author)}
    _say(post(url, "/api/v1/wiring/faults", body))


def _row(proxy: dict[str, Any]) -> tuple[str, ...]:
    refusal = proxy["last_rejection"]
    return (
        proxy["node"],
        proxy["standing"],
        proxy["wanted"],
        proxy["variant"],
        proxy["build"],
        _moment(proxy["since"]),
        _moment(proxy["certificate_ends"]),
        f"{refusal['api']} at {_moment(refusal['at'])}: {refusal['error']}" if refusal else "",
    )


def _lines(body: dict[str, Any]) -> list[str]:
    shown = [f"Not served: {each}" for each in body["faults"]]
    shown += [f"Refused a stream at {_moment(e['at'])}: {e['detail']} ({e['address']})" for e in body["refused"][:10]]
    own = body["overrides"]
    if own["sampling_percent"] is not None:
        shown.append(
            f"Sampling: {own['sampling_percent']:g} %, where the mesh file says {body['sampling_percent']:g} %"
        )
    shown += [f"Sampling of {name}: {percent:g} %" for name, percent in sorted(own["services"].items())]
    shown += [f"Fault injected at {name}" for name in sorted(own["faults"])]
    return shown


def _moment(text: str | None) -> str:
    return text[:19].replace("T", " ") if text else ""


def _percent(text: str) -> float | None:
    if text == "file":
        return None
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = math.nan
    if not 0 <= percent <= 100:
        raise typer.BadParameter('give a percentage from 0 to 100, or "file"')
    return percent


def _author(given: str | None) -> str:
    return given or getpass.getuser()


def _say(body: dict[str, Any]) -> None:
    from meshhub.cli.output import print_lines

    print_lines([body["changed"]])
