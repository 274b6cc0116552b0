"""Tempo's wire models: a part of TraceQL, answers of its search, tags, and traces. Pure."""
