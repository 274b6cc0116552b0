"""Every code that the doctor can give is explained."""

import re
from pathlib import Path

from envoy_config.doctor import checks, cures
from envoy_config.doctor.checks import propagation
from envoy_config.doctor.model import Telemetry

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "doctor.md"
_CODE = re.compile(r'"([a-z]+(?:-[a-z]+)+)"(?:,\n\s*Severity| if |\n\s*if |, Severity)')


def test_every_code_has_a_heading_in_the_guide() -> None:
    (folder,) = checks.__path__
    sources = "\n".join(path.read_text() for path in sorted(Path(folder).glob("*.py")))
    codes = {
        *_CODE.findall(sources),
        *propagation.CODES,
        *(f"{cures.key_of(signal).replace('_', '-')}-missing" for signal in Telemetry),
    }
    headings = {line.removeprefix("### ") for line in GUIDE.read_text().splitlines() if line.startswith("### ")}
    assert len(codes) >= 18
    assert headings == codes
