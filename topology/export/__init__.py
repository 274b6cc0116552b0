"""The service graph in the formats of other tools. Every format is deterministic: nodes and edges by id."""

from topology.export.formats import FORMATS, Format, export

__all__ = ["FORMATS", "Format", "export"]
