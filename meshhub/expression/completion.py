"""What can come next in an expression that is being written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from meshhub.expression.faults import ExpressionFault
from meshhub.expression.fields import Field, Fields, Kind
from meshhub.expression.lexer import Shape, Token, cut
from meshhub.expression.printing import KEYWORDS, quote
from meshhub.expression.tree import Operator

MAX_SUGGESTIONS = 20

Values = Callable[[Field, str], Iterable[str]]
"""Values that a field is known to have and that contain a text, the most frequent first."""


class Part(StrEnum):
    """What is suggested."""

    NAME = "name"
    OPERATOR = "operator"
    VALUE = "value"
    KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to put in the place of what is between `start` and `end`; `detail` describes it."""

    text: str
    part: Part
    start: int
    end: int
    detail: str = ""


def complete(
    text: str, cursor: int, fields: Fields, values: Values, attributes: Sequence[str] = ()
) -> list[Suggestion]:
    """Suggestions at a cursor, the likeliest first; none where nothing is known or what is before cannot be cut up.

    Args:
        values: knows values; asked for fields without members only.
        attributes: names of attributes, the most frequent first.
    """
    cursor = max(0, min(cursor, len(text)))
    cut_up = _before(text[:cursor])
    if cut_up is None:
        return []
    tokens, written, start = cut_up
    expected, field = _expected(tokens, fields)
    match expected:
        case Part.NAME:
            found = [*_names(written, fields), *_attributes(written, attributes)]
            found += [(word, Part.KEYWORD, "") for word in ("not",) if word.startswith(written.lower())]
        case Part.OPERATOR if field is not None:
            found = _operators(written, field)
        case Part.VALUE if field is not None:
            found = [(_spelled(value, field), Part.VALUE, "") for value in _values(written, field, values)]
        case _:
            found = [(word, Part.KEYWORD, "") for word in ("and", "or") if word.startswith(written.lower())]
    return [Suggestion(said, part, start, cursor, detail) for said, part, detail in found[:MAX_SUGGESTIONS]]


def _before(text: str) -> tuple[list[Token], str, int] | None:
    """The whole tokens before the cursor, what is written of the one at it, and where that starts."""
    try:
        tokens = list(cut(text))[:-1]
    except ExpressionFault as fault:
        if fault.position >= len(text) or text[fault.position] not in "\"'":
            return None
        return list(cut(text[: fault.position]))[:-1], text[fault.position + 1 :], fault.position
    if tokens and tokens[-1].end == len(text) and tokens[-1].text not in ("(", ")", ","):
        last = tokens.pop()
        return tokens, last.text, last.start
    return tokens, "", len(text)


def _expected(tokens: Sequence[Token], fields: Fields) -> tuple[Part, Field | None]:
    """What comes after these tokens, and the field that it belongs to."""
    expected, field, listing = Part.NAME, None, False
    for token in tokens:
        if expected is Part.NAME and not token.says("not", "!", "("):
            known = None if token.shape is Shape.QUOTED and fields.attributes else fields.find(token.text)
            field, expected = known or Field(token.text, Kind.ANY), Part.OPERATOR
            continue
        match expected:
            case Part.OPERATOR if token.says("and", "or", "&&", "||"):
                expected = Part.NAME
            case Part.OPERATOR if token.says("exists", ")"):
                expected = Part.KEYWORD
            case Part.OPERATOR if token.says("in"):
                expected, listing = Part.VALUE, True
            case Part.OPERATOR if not token.says("not", "!"):
                expected = Part.VALUE
            case Part.VALUE if token.says("("):
                expected = Part.VALUE
            case Part.VALUE:
                expected = Part.KEYWORD
            case Part.KEYWORD if token.says(",") and listing:
                expected = Part.VALUE
            case Part.KEYWORD if token.says("and", "or", "&&", "||"):
                expected, listing = Part.NAME, False
    return expected, field


def _names(written: str, fields: Fields) -> list[tuple[str, Part, str]]:
    wanted = written.lower()
    names = [(field.name, field.description) for field in fields if wanted in field.name.lower()]
    names += [
        (alias, field.description)
        for field in fields
        for alias in field.aliases
        if wanted and alias.lower().startswith(wanted) and wanted not in field.name.lower()
    ]
    names.sort(key=lambda name: not name[0].lower().startswith(wanted))
    return [(name, Part.NAME, description) for name, description in names]


def _attributes(written: str, attributes: Iterable[str]) -> list[tuple[str, Part, str]]:
    found = [name for name in attributes if written.lower() in name.lower()]
    return [(name if _bare(name) and "." in name else quote(name), Part.NAME, "attribute") for name in found]


def _operators(written: str, field: Field) -> list[tuple[str, Part, str]]:
    usable = [str(operator) for operator in Operator if _usable(operator, field)]
    words = [*usable, "exists", "and", "or"] if field.kind is Kind.BOOLEAN else [*usable, "exists"]
    return [(word, Part.OPERATOR, "") for word in words if word.startswith(written.lower())]


def _usable(operator: Operator, field: Field) -> bool:
    if operator.ordering:
        return field.kind.ordered
    return field.kind.textual if operator.by_pattern else True


def _values(written: str, field: Field, values: Values) -> list[str]:
    if field.members:
        return [member for member in field.members if written.lower() in member.lower()]
    if field.kind is Kind.BOOLEAN:
        return [word for word in ("true", "false") if word.startswith(written.lower())]
    return list(dict.fromkeys(value for value in values(field, written) if value))


def _spelled(value: str, field: Field) -> str:
    """A value as it has to be written."""
    return value if _bare(value) or field.kind not in (Kind.TEXT, Kind.ANY, Kind.ENUMERATION) else quote(value)


def _bare(text: str) -> bool:
    try:
        tokens = list(cut(text))
    except ExpressionFault:
        return False
    return len(tokens) == 2 and tokens[0].shape is Shape.WORD and text.lower() not in KEYWORDS
