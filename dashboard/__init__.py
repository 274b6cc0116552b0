"""The hub's API and its user interface."""
