"""What the wire models of other tracing tools have in common: their questions in one form, and spans as OTLP again."""
