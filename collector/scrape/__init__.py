"""Fetches metrics in Prometheus's formats from targets that are declared or discovered."""
