"""Somebody logs in with a token, sees who they are, and logs out, in a real browser under its policies."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from meshhub.testing.hub import RunningHub, running_hub

pytestmark = pytest.mark.browser

TOKEN = "a-token-for-the-browser"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    tokens = {"NAME": "ada", "TOKEN": TOKEN, "ROLE": "viewer"}
    environment = {f"MESHHUB_ACCESS__TOKENS__0__{name}": value for name, value in tokens.items()}
    with running_hub(tmp_path_factory.mktemp("login"), environment=environment) as hub:
        yield hub


def test_a_login_leads_to_where_one_wanted_to_go_and_a_logout_out(browser: Browser, guarded: RunningHub) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(20_000)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    answer = page.goto(f"{guarded.url}/ui/logs?window=1h")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script" not in policy
    assert "frame-ancestors 'none'" in policy
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("This token is not known, or has expired.")
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{guarded.url}/ui/logs?window=1h")
    expect(page.locator("#frame-who")).to_contain_text("ada")
    (cookie,) = [each for each in page.context.cookies() if each["name"] == "meshhub_session"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert not [text for text in refused if "Content Security Policy" in text]
    page.get_by_role("button", name="Log out ada").click()
    page.wait_for_url(f"{guarded.url}/login")
    page.goto(f"{guarded.url}/ui/")
    expect(page.get_by_label("Token")).to_be_visible()
    page.close()
