"""OTLP/HTTP: protobuf and JSON over HTTP/1.1."""
