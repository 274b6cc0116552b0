"""Traces and request journeys: what happened to one request."""
