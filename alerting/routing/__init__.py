"""Who is told of an alert: a tree of routes, each with its matchers, receiver and timing (Alertmanager's model)."""
