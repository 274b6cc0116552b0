"""Query services over gRPC: jaeger.api_v2.QueryService, which Kiali asks, jaeger.api_v3.QueryService, and the search of
tempopb.StreamingQuerier, which Kiali asks for Tempo."""
