"""The language of filters: one grammar for the graph, for traces and for access logs.

    service = cart and (status >= 500 or duration > 1.5s) and not "tenant.tier" in (free, trial)

Text is read with the `Fields` of what is filtered, evaluated here (`matches`) or made into SQL by storage.filters.
"""

from meshhub.expression.completion import Part, Suggestion, complete
from meshhub.expression.evaluation import Found, Lookup, matches
from meshhub.expression.faults import ExpressionFault
from meshhub.expression.fields import Field, Fields, Kind
from meshhub.expression.parser import parse
from meshhub.expression.printing import print_expression
from meshhub.expression.tree import (
    EVERYTHING,
    And,
    Comparison,
    Exists,
    Expression,
    Not,
    Operator,
    Or,
    Value,
    fields_of,
)

__all__ = [
    "EVERYTHING", "And", "Comparison", "Exists", "Expression", "ExpressionFault", "Field", "Fields", "Found", "Kind",
    "Lookup", "Not", "Operator", "Or", "Part", "Suggestion", "Value", "complete", "fields_of", "matches", "parse",
    "print_expression",
]  # fmt: skip
