"""Decides whether a request may be taken: decodable, and within the limits."""
