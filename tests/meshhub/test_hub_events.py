"""A real hub that is told to stop ends its streams of events instead of waiting for their clients."""

from pathlib import Path

import httpx

from meshhub.testing.hub import running_hub


def test_a_stopping_hub_ends_the_streams(tmp_path: Path) -> None:
    with running_hub(tmp_path, settings={"web.stop_seconds": "600"}) as hub:
        url = f"{hub.url}/api/v1/graph/events"
        with httpx.stream("GET", url, trust_env=False, timeout=60) as answer:
            lines = answer.iter_lines()
            assert next(lines).startswith("retry")
            hub.process.terminate()
            assert not [line for line in lines if line.startswith("retry")]
        assert hub.wait() == 0
