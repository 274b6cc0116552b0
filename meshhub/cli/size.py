"""`meshhub size`: what a hub takes for a mesh."""

from typing import Annotated

import typer

from meshhub.cli.options import AsJson

Rps = Annotated[float, typer.Option("--rps", min=0, help="Calls between services per second.")]
Services = Annotated[int, typer.Option("--services", min=0, help="Services in the mesh.")]
Instances = Annotated[float, typer.Option("--instances", min=0, help="Instances per service.")]
Days = Annotated[float, typer.Option("--days", min=0, help="Days that telemetry is kept.")]
Sampling = Annotated[float, typer.Option("--sampling", min=0, max=100, help="Percentage of requests that are traced.")]
Application = Annotated[float, typer.Option("--application-spans", min=0, help="Application spans per traced call.")]


def add(app: typer.Typer) -> None:
    app.command()(size)


def size(
    rps: Rps,
    services: Services,
    instances: Instances = 2,
    days: Days = 7,
    sampling: Sampling = 10,
    application_spans: Application = 0,
    as_json: AsJson = False,
) -> None:
    """Say what a hub takes for a mesh: cores, memory and disk, from measured figures with headroom."""
    from dataclasses import asdict

    from meshhub import sizing
    from meshhub.cli.output import print_json, print_table
    from meshhub.quantities import number, rate

    mesh = sizing.Mesh(rps, services, instances, sampling / 100, application_spans, days=days)
    found = sizing.size(mesh)
    if as_json:
        print_json(asdict(found) | {"volume_bytes": found.volume_bytes})
        return
    rows = (
        ("access logs", rate(found.access_logs)),
        ("spans", rate(found.spans)),
        ("data points", rate(found.points)),
        ("cores", f"{found.cores:.1f}"),
        ("memory", number(found.memory_bytes, "B")),
        ("store", number(found.store_bytes, "B")),
        ("journal, for an hour without the engine", number(found.journal_bytes, "B")),
        ("volume", number(found.volume_bytes, "B")),
    )
    print_table(("What", "How much"), rows, ("How much",))
    if found.hubs > 1:
        typer.echo(
            f"More than {sizing.CORES_OF_ONE:g} cores: one embedded engine is not enough. Use a ClickHouse server, and "
            f"split the senders over {found.hubs} hubs on it (docs/how-to/deploy.md)."
        )
