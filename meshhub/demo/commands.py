"""`meshhub demo` and `meshhub demo fault …`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from meshhub.demo.control import ControlClient
from meshhub.demo.faults import Fault, FaultKind, targets
from meshhub.demo.runner import run_demo
from meshhub.demo.session import DemoOptions
from meshhub.demo.workdir import default_root, find_running
from meshhub.errors import MeshhubError

app = typer.Typer(
    help="Run a real Envoy mesh with traffic, and the hub that watches it.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
fault = typer.Typer(help="Switch faults on and off in the running demo.", no_args_is_help=True)
app.add_typer(fault, name="fault")

Service = Annotated[str, typer.Argument(help="A service of the shop.")]
Off = Annotated[bool, typer.Option("--off", help="Switch the fault off.")]


@app.callback()
def demo(
    context: typer.Context,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="Run unattended for so long; exit 0 only if the hub showed everything.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="End with one JSON report on standard output; messages go to standard error.")
    ] = False,
    rate: Annotated[float, typer.Option(min=0.1, max=500, help="Visits per second at the gateway.")] = 20.0,
    sampling: Annotated[int, typer.Option(min=1, max=99, help="Percentage of requests that are traced.")] = 20,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep the hub's data here; by default it goes when the demo ends.")
    ] = None,
    work_dir: Annotated[
        Path | None,
        typer.Option(envvar="MESHHUB_DEMO_DIR", help="Where demos have their work directories.", show_default=False),
    ] = None,
    pid: Annotated[
        int | None, typer.Option(help="With `fault`: which demo is meant, if several are running.", show_default=False)
    ] = None,
) -> None:
    """Run a real Envoy mesh with traffic, and the hub that watches it. Ctrl-C stops everything."""
    root = work_dir or default_root()
    if context.invoked_subcommand is None:
        options = DemoOptions(
            root=root, seconds=seconds, as_json=as_json, rate=rate, sampling=sampling, data_dir=data_dir
        )
        raise typer.Exit(run_demo(options))
    context.obj = (root, pid)


@fault.command()
def latency(context: typer.Context, service: Service, off: Off = False) -> None:
    """Make a service slow: each of its answers takes some 0.7 s longer."""
    _switch(context, FaultKind.LATENCY, service, on=not off)


@fault.command()
def errors(context: typer.Context, service: Service, off: Off = False) -> None:
    """Make a service fail: it refuses 40 % of its requests."""
    _switch(context, FaultKind.ERRORS, service, on=not off)


@fault.command(FaultKind.DEAD_INSTANCE.value)
def dead_instance(context: typer.Context, service: Service, off: Off = False) -> None:
    """Kill the last instance of a service, its proxy included."""
    _switch(context, FaultKind.DEAD_INSTANCE, service, on=not off)


@fault.command(FaultKind.SLOW_PROXY.value)
def slow_proxy(context: typer.Context, service: Service, off: Off = False) -> None:
    """Starve the proxies of a service: they get CPU time only now and then."""
    _switch(context, FaultKind.SLOW_PROXY, service, on=not off)


@fault.command(FaultKind.LOST_CONTEXT.value)
def lost_context(context: typer.Context, service: Service, off: Off = False) -> None:
    """Make a service forget the request id and the trace of what it serves."""
    _switch(context, FaultKind.LOST_CONTEXT, service, on=not off)


@fault.command(FaultKind.FOREIGN_IDS.value)
def foreign_ids(context: typer.Context, service: Service, off: Off = False) -> None:
    """Make a service replace request ids by its own, which are not UUIDs."""
    _switch(context, FaultKind.FOREIGN_IDS, service, on=not off)


@fault.command(FaultKind.N_PLUS_ONE.value)
def n_plus_one(context: typer.Context, service: Service, off: Off = False) -> None:
    """Make a service repeat each of its calls eight times, one after the other."""
    _switch(context, FaultKind.N_PLUS_ONE, service, on=not off)


@fault.command("list")
def list_faults(context: typer.Context) -> None:
    """Show the faults that are on."""
    with _errors_told():
        _show(_ask(context).faults())


@fault.command()
def clear(context: typer.Context) -> None:
    """Switch every fault off."""
    with _errors_told():
        _show(_ask(context).clear())


def _switch(context: typer.Context, kind: FaultKind, service: str, *, on: bool) -> None:
    if service not in targets(kind):
        raise typer.BadParameter(f"{service} cannot have this fault; choose one of {', '.join(targets(kind))}.")
    with _errors_told():
        _show(_ask(context).switch(Fault(kind, service), on=on))


def _ask(context: typer.Context) -> ControlClient:
    root, pid = context.obj
    return ControlClient(find_running(root, pid=pid))


def _show(active: list[Fault]) -> None:
    for entry in active:
        typer.echo(str(entry))
    if not active:
        typer.echo("no fault is on")


@contextmanager
def _errors_told() -> Iterator[None]:
    try:
        yield
    except MeshhubError as error:
        typer.echo(f"meshhub: {error}", err=True)
        raise typer.Exit(1) from error
