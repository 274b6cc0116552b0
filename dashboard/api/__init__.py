"""The HTTP API under /api/v1: stable, documented, for people and scripts."""
