"""Reading a mesh file from disk."""

from pathlib import Path
from typing import TypeVar

from envoy_config.intent.hub import Hub
from envoy_config.intent.intent import Intent
from envoy_config.intent.mesh import Mesh
from envoy_config.intent.names import check_token
from meshhub.configuration import Document, decode, parse_yaml, read_yaml
from meshhub.errors import ConfigurationError
from meshhub.secret import Secret

WHAT = "the mesh file"


IntentT = TypeVar("IntentT", bound=Intent)


def load_intent(path: Path) -> Intent:
    """Read a mesh file, and the file named by hub.token_file (relative to the mesh file's directory).

    It is a Mesh if it says anything of a mesh of plain Envoys.

    Raises:
        ConfigurationError: with every fault, its file and line.
    """
    return _intent(read_yaml(path, what=WHAT), path.parent)


def parse_intent(text: str, *, origin: str, directory: Path) -> Intent:
    """The same from text; `origin` is how messages call it, `directory` where a relative hub.token_file lies."""
    return _intent(parse_yaml(text, origin=origin, what=WHAT), directory)


def load_mesh(path: Path) -> Mesh:
    """Read a mesh file that must have a mesh of plain Envoys; see `load_intent`."""
    return _with_token(read_yaml(path, what=WHAT), path.parent, Mesh)


def parse_mesh(text: str, *, origin: str, directory: Path) -> Mesh:
    """The same from text; see `parse_intent`."""
    return _with_token(parse_yaml(text, origin=origin, what=WHAT), directory, Mesh)


def _intent(document: Document, directory: Path) -> Intent:
    plain = Mesh.model_fields.keys() - Intent.model_fields.keys()
    if plain & document.content.keys() or not document.content.get("meshes"):
        return _with_token(document, directory, Mesh)
    return _with_token(document, directory, Intent)


def _with_token(document: Document, directory: Path, model: type[IntentT]) -> IntentT:
    mesh = decode(document, model)
    if mesh.hub.token_file is None:
        return mesh
    try:
        token = Secret.from_file(directory / mesh.hub.token_file)
        check_token(token.reveal())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else _without_content(error)
        fault = document.fault(("hub", "token_file"), f"hub.token_file: {reason}")
        raise ConfigurationError(WHAT, [fault]) from None
    hub: Hub = mesh.hub.model_copy(update={"token": token, "token_file": None})
    return mesh.model_copy(update={"hub": hub})


def _without_content(error: Exception) -> str:
    return "is not UTF-8 text" if isinstance(error, UnicodeError) else str(error)
