"""Jaeger's query services over gRPC: jaeger.api_v2.QueryService, which Kiali asks, and jaeger.api_v3.QueryService."""
