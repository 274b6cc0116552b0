"""Telemetry over HTTP/1.1: a server with bounds on sizes and times, and the way of a request through it."""
