"""Targets that are written in the settings."""

from collections.abc import Iterable

from collector.scrape.discovery.source import Failed, Publish
from collector.scrape.settings import StaticSettings
from collector.scrape.target import ADDRESS, Found


class StaticSource:
    """Knows what the settings say."""

    def __init__(self, settings: Iterable[StaticSettings]) -> None:
        self._found = [
            Found({**group.labels, ADDRESS: target}, declared=True) for group in settings for target in group.targets
        ]

    async def run(self, publish: Publish, _failed: Failed) -> None:
        publish(self._found)
