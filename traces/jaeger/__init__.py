"""Jaeger's wire models: its JSON of traces, its questions (API v1 and v3), its metrics. Pure."""
