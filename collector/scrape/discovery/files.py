"""Targets in files (Prometheus, configuration, file_sd_config): a list of {targets, labels}, YAML or JSON."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from collector.scrape.client import FetchError
from collector.scrape.discovery.source import Failed, Publish, logger, repeat
from collector.scrape.settings import FileSettings, StaticSettings
from collector.scrape.target import ADDRESS, Found

MAX_BYTES = 8 * 1024 * 1024

_GROUPS = TypeAdapter(list[StaticSettings])


class FileSource:
    """Reads the files again when they change. A file that cannot be read keeps the targets it gave before."""

    def __init__(self, settings: FileSettings) -> None:
        self._settings = settings
        self._read: dict[Path, tuple[tuple[int, int], list[Found]]] = {}

    async def run(self, publish: Publish, failed: Failed) -> None:
        await repeat(lambda: asyncio.to_thread(self._find, failed), self._settings.refresh_seconds, publish, failed)

    def _find(self, failed: Failed) -> list[Found]:
        paths = sorted(set(self._paths()))
        faults: list[str] = []
        for path in paths:
            try:
                self._refresh(path)
            except FetchError as error:
                faults.append(str(error))
        self._read = {path: read for path, read in self._read.items() if path in paths}
        if faults and not self._read:
            raise FetchError("; ".join(faults))
        for fault in faults:
            logger.warning("%s; the targets that it gave before are kept", fault)
            failed()
        return [found for _, listed in self._read.values() for found in listed]

    def _paths(self) -> Iterator[Path]:
        for text in self._settings.files:
            pattern = Path(text)
            if "*" in pattern.name:
                yield from pattern.parent.glob(pattern.name)
            else:
                yield pattern

    def _refresh(self, path: Path) -> None:
        try:
            stat = path.stat()
            state = (stat.st_mtime_ns, stat.st_size)
            if path in self._read and self._read[path][0] == state:
                return
            if stat.st_size > MAX_BYTES:
                raise FetchError(f"could not read the targets in {path}: it is larger than {MAX_BYTES} bytes")
            self._read[path] = (state, _targets(path, path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise FetchError(f"could not read the targets in {path}: {error}") from error


def _targets(path: Path, text: str) -> list[Found]:
    try:
        content: Any = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        groups = _GROUPS.validate_python(content or [])
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        reason = _reason(error) if isinstance(error, ValidationError) else str(error)
        raise FetchError(f"could not read the targets in {path}: {reason}") from error
    meta = {"__meta_filepath": str(path)}
    return [
        Found({**meta, **group.labels, ADDRESS: target}, declared=True) for group in groups for target in group.targets
    ]


def _reason(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors(include_input=False)
    )
