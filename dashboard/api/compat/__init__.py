"""The APIs of other tracing tools, at the paths that their clients call."""
