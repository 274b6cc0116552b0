"""The JSON schema of a mesh file, for editors: what a file may say, with the texts of the reference."""

from typing import Any

from envoy_config.intent.intent import Intent
from envoy_config.intent.mesh import Mesh

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema. What holds between parts of a file is not in it: `meshhub wire check` tells that."""
    schema = Mesh.model_json_schema(by_alias=True)
    plain = [key for key in schema["required"] if key in Mesh.model_fields and key not in Intent.model_fields]
    schema["required"] = [key for key in schema["required"] if key not in plain]
    schema["anyOf"] = [{"required": ["meshes"]}, {"required": plain}]
    schema["title"] = "meshhub mesh file"
    return {"$schema": DIALECT, **schema}
