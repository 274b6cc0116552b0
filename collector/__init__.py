"""Receives telemetry, makes it durable, and loads it into the store."""
