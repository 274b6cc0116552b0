"""What is different between two states of a configuration: document by document, as fields and as lines."""

from envoy_config.diff.documents import compare, compare_texts
from envoy_config.diff.model import DocumentDiff, FieldChange, Presence

__all__ = ["DocumentDiff", "FieldChange", "Presence", "compare", "compare_texts"]
