"""Zipkin's wire models (API v2): its spans and its questions. Pure."""
