"""`meshhub demo`: hands everything to meshhub.demo, which is imported only then."""

import typer


def add(app: typer.Typer) -> None:
    settings = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command(context_settings=settings, add_help_option=False)(demo)


def demo(context: typer.Context) -> None:
    """Run a real Envoy mesh with traffic, and the hub that watches it."""
    from meshhub.demo.commands import app

    app(args=context.args, prog_name="meshhub demo")
