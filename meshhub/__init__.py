"""The product's glue: what every package may use (errors, model, clock, secret, configuration, telemetry) and,
on top, what wires them together (settings, app, web, cli, demo, testing)."""

__version__ = "0.1.0"
