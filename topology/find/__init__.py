"""Finds nodes and edges of a graph by an expression."""

from topology.find.fields import FIELDS
from topology.find.finding import Matches, find, find_by

__all__ = ["FIELDS", "Matches", "find", "find_by"]
