"""Jaeger's interface definitions, and the Python made of them (see jaeger_api_v2.proto for how)."""
