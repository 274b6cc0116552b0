"""Which format of the graph an asker prefers, by Accept (RFC 9110, section 12.5.1)."""

from topology.export import FORMATS

JSON = "json"

_NAMES = {each.media_type: name for name, each in FORMATS.items()} | {"application/json": JSON}


def preferred_format(accept: str) -> str:
    """The name of the known format with the highest weight, the first of equals; JSON where none is named.

    Somebody who names only what is not known gets JSON, too, as is allowed.
    """
    best, weight = JSON, 0.0
    for part in accept.split(","):
        media_type, *parameters = (each.strip() for each in part.split(";"))
        name = _NAMES.get(media_type.lower())
        if name is not None and (given := _weight(parameters)) > weight:
            best, weight = name, given
    return best


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
