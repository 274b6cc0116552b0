"""Every alert that the hub has on itself and on the wiring has a runbook page, and every page an alert."""

from pathlib import Path

from alerting.alerts.model import ALERT_NAME
from alerting.vitals import Vitals, observe
from meshhub.app.wiring_watch import ALERT

PAGES = Path(__file__).parents[2] / "docs" / "runbooks"


def test_each_alert_has_its_page() -> None:
    names = {each.labels[ALERT_NAME] for each in observe(Vitals())} | {ALERT}
    assert {page.stem for page in PAGES.glob("*.md")} == names
    for page in PAGES.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.stem}\n")
        assert "## Look" in text
        assert "## Mend" in text
