"""The language of filters on the store's tables: their fields, and expressions as SQL with bound parameters."""

from storage.filters.access_logs import ACCESS_LOG_FIELDS, ACCESS_LOGS, REQUEST_MINUTES
from storage.filters.columns import Columns
from storage.filters.compilation import compile_condition, compile_text, compile_texts
from storage.filters.condition import Condition, Order, Pieces, Term, place
from storage.filters.spans import REQUEST_FIELDS, SPANS

__all__ = [
    "ACCESS_LOGS", "ACCESS_LOG_FIELDS", "REQUEST_FIELDS", "REQUEST_MINUTES", "SPANS", "Columns", "Condition", "Order",
    "Pieces", "Term", "compile_condition", "compile_text", "compile_texts", "place",
]  # fmt: skip
