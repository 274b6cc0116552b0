"""Istio and what is made of it: mesh configuration, Telemetry, and the objects that let proxies reach the hub."""
