"""The reference pages that are made from the code: `python -m meshhub.testing.reference` rewrites them."""

from collections.abc import Callable
from pathlib import Path

from meshhub.testing.reference.api import api_page
from meshhub.testing.reference.commands import commands_page
from meshhub.testing.reference.mesh_file import mesh_file_page, mesh_schema
from meshhub.testing.reference.metrics import metrics_page
from meshhub.testing.reference.rules import rules_page
from meshhub.testing.reference.settings import settings_page
from meshhub.testing.reference.storage import storage_page
from meshhub.testing.reference.wiring import wiring_pages

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"

PAGES: dict[str, Callable[[], str]] = {
    "api.md": api_page,
    "cli.md": commands_page,
    "mesh-file.md": mesh_file_page,
    "mesh.schema.json": mesh_schema,
    "metrics.md": metrics_page,
    "rules.md": rules_page,
    "settings.md": settings_page,
    "storage.md": storage_page,
    **wiring_pages(),
}
"""File name relative to docs/reference, and what makes its text."""


def rewrite(directory: Path = REFERENCE) -> list[Path]:
    """Write every page; the files that were different."""
    changed = []
    for name, page in PAGES.items():
        path, text = directory / name, page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
