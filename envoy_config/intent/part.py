"""What every part of a mesh file is."""

from pydantic import ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from meshhub.configuration import Section


class Part(Section):
    """A part of a mesh file: what stands below a key is what the reference and the editors' schema say of it."""

    model_config = ConfigDict(use_attribute_docstrings=True)


def short_form(core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    """The schema of a part that may be written as one text."""
    schema = handler.resolve_ref_schema(handler(core))
    return {"anyOf": [{"type": "string"}, {**schema}]}
