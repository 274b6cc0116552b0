"""Shows the hub's checks of itself."""

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from meshhub.cli.doctor import FailOn

_SEVERITY = {"ok": 0, "not measured": 1, "warning": 1, "critical": 2}
_FAILS_FROM = {"critical": 2, "warning": 1, "note": 1, "never": 3}


def show_checks(body: dict[str, Any], fail_on: "FailOn", *, as_json: bool) -> None:
    """Print every check; exit code 1 from this severity on. What is not measured counts as a warning."""
    from meshhub.cli.output import print_json, print_lines

    if as_json:
        print_json(body)
    else:
        print_lines([line for check in body["checks"] for line in _lines(check)])
    if _SEVERITY[body["state"]] >= _FAILS_FROM[fail_on.value]:
        raise typer.Exit(1)


def _lines(check: dict[str, Any]) -> list[str]:
    shown = [f"{check['state'].upper():<12}  {check['title']}  [{check['code']}]", f"              {check['evidence']}"]
    return [*shown, f"              Fix: {check['cure']}"] if check["cure"] else shown
