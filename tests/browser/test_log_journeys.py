import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from meshhub.errors import StorageError

pytestmark = pytest.mark.browser


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def rows(page: Page) -> Any:
    return page.locator("#logs-grid .ag-center-cols-container .ag-row")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_access_log_is_listed_with_its_spread_and_its_course(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = visitor.go("logs?live=off")
    expect(rows(page).first).to_be_visible()
    expect(page.locator("#logs-count")).to_contain_text("250 rows, newest first")
    expect(page.locator(".log-facet").first).to_contain_text("Outcome")
    page.wait_for_function("() => document.querySelectorAll('#logs-chart .bars .point').length > 60")
    visitor.keep(f"logs-{scheme}")


def test_a_facet_narrows_and_with_alt_leaves_out_and_all_is_in_the_url(visitor: Any) -> None:
    page = visitor.go("logs?live=off")
    page.get_by_role("button", name="method-0").click()
    expect(page.locator("#logs-q")).to_have_value('method = "method-0"')
    page.get_by_role("button", name="UF").click(modifiers=["Alt"])
    expect(page.locator("#logs-q")).to_have_value('method = "method-0" and not flag = "UF"')
    assert parameters(page)["q"] == ['method = "method-0" and not flag = "UF"']
    page.reload()
    expect(page.locator("#logs-q")).to_have_value('method = "method-0" and not flag = "UF"')
    page.go_back()
    expect(page.locator("#logs-q")).to_have_value('method = "method-0"')


def test_an_or_is_kept_together_when_a_facet_narrows_it(visitor: Any) -> None:
    page = visitor.go("logs?live=off&q=method%20%3D%20GET%20or%20status%20%3E%20499")
    page.get_by_role("button", name="UF").click()
    expect(page.locator("#logs-q")).to_have_value('(method = GET or status > 499) and flag = "UF"')


def test_the_expression_is_completed_and_its_faults_are_shown_where_they_are(visitor: Any) -> None:
    page = visitor.go("logs?live=off")
    field = page.locator("#logs-q")
    field.click()
    field.press_sequentially("destin")
    expect(page.locator("#logs-suggestions .suggestion").first).to_contain_text("destination")
    visitor.keep("logs-completion-light")
    field.press("Tab")
    expect(field).to_have_value("destination ")
    field.press_sequentially("= cart nonsense")
    field.press("Escape")
    field.press("Enter")
    expect(page.locator("#logs-fault")).to_contain_text("Character")
    visitor.keep("logs-fault-light")
    field.fill("destination = cart")
    field.press("Enter")
    expect(page.locator("#logs-fault")).to_be_empty()
    assert parameters(page)["q"] == ["destination = cart"]


def test_a_row_is_explained_and_leads_to_its_request(visitor: Any) -> None:
    page = visitor.go("logs?live=off")
    page.locator("#logs-grid .ag-row a").first.click()
    panel = page.locator("#logs-panel")
    expect(panel).to_contain_text("No connection to the upstream host could be made")
    expect(panel).to_contain_text('<img src=x onerror="alert(1)">')
    visitor.keep("logs-row-light")
    panel.get_by_text("What happened to this request").click()
    expect(page).to_have_url(re.compile(r"/ui/requests\?.*id="))
    page.go_back()
    expect(panel).to_contain_text("No connection to the upstream host")
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()


def test_columns_are_chosen_and_the_choice_is_in_the_url(visitor: Any) -> None:
    page = visitor.go("logs?live=off")
    head = page.locator("#logs-grid .ag-header")
    expect(head).to_contain_text("Took")
    page.locator("#logs-columns-open").click()
    page.get_by_label("Took", exact=True).click()
    expect(head).not_to_contain_text("Took")
    assert "duration" not in parameters(page)["cols"][0].split(",")
    page.reload()
    expect(page.locator("#logs-grid .ag-header")).to_contain_text("Answer")
    expect(page.locator("#logs-grid .ag-header")).not_to_contain_text("Took")


def test_a_part_of_the_histogram_becomes_the_window(visitor: Any) -> None:
    page = visitor.go("logs?live=off")
    page.wait_for_function("() => document.querySelectorAll('#logs-chart .bars .point').length > 60")
    place = page.locator("#logs-chart .nsewdrag").first.bounding_box()
    assert place is not None
    middle = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + place["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.6, middle, steps=6)
    page.mouse.up()
    page.wait_for_url(re.compile(r"end="))
    [length] = parameters(page)["window"]
    assert 150 <= int(length.removesuffix("s")) <= 210


def test_the_tail_follows_and_pauses_while_one_reads(visitor: Any) -> None:
    page = visitor.go("logs")
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name="Follow").click()
    expect(page.locator("#logs-tail")).to_have_attribute("aria-pressed", "true")
    assert parameters(page)["tail"] == ["on"]
    page.wait_for_function(
        "() => window.dash_ag_grid.getApi('logs-grid').getDisplayedRowAtIndex(0).data.when.startsWith('2026-09')"
    )
    page.locator("#logs-grid .ag-body-viewport").hover()
    page.mouse.wheel(0, 600)
    expect(page.locator("#logs-tail-word")).to_have_text("Paused: scroll up to go on")
    page.mouse.wheel(0, -2000)
    expect(page.locator("#logs-tail-word")).to_have_text("Following")


@pytest.mark.parametrize(("name", "ending"), [("CSV", "csv"), ("JSON lines", "jsonl"), ("Parquet", "parquet")])
def test_what_matches_is_exported(visitor: Any, name: str, ending: str) -> None:
    page = visitor.go("logs?live=off")
    page.locator("#logs-export").click()
    with page.expect_download() as waiting:
        page.get_by_role("menuitem", name=name, exact=True).click()
    assert re.fullmatch(rf"access-logs-\d+-\d+\.{ending}", waiting.value.suggested_filename)


def test_nothing_that_matches_and_a_hub_that_fails_say_so(visitor: Any) -> None:
    visitor.site.reads.logs.count = 0
    page = visitor.go("logs?live=off&q=destination%20%3D%20nobody")
    expect(page.locator("#logs-message")).to_contain_text("No access log matches")
    visitor.site.reads.mood.failure = StorageError("could not run a query: too many rows", retryable=True)
    page.goto(f"{visitor.site.url}/ui/logs?live=off")
    expect(page.locator("#logs-message")).to_contain_text("Could not run a query")
    visitor.keep("logs-error-light")
