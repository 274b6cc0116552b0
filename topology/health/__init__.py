"""How well edges and services do, as states with reasons."""
