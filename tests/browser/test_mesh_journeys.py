"""The mesh page: what each mesh needs, is wrong and would change, up to the version that is in force."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from meshhub.testing.fake_wiring import fake_wiring

MESH_FILE = """
apiVersion: meshhub/v1
hub: {otlp: "meshhub.observability:4317"}
sampling_percent: 0
meshes:
- {name: shop, kind: istio, version: "1.30"}
- {name: edge, kind: kuma, version: "2.14"}
"""
LINES = "(cell) => Math.round(cell.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight))"


def test_a_bundle_is_read_compared_and_followed_to_what_is_in_force(visit: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text(MESH_FILE, encoding="utf-8")
    dark, visitor = visit("dark"), visit()
    visitor.site.reads.wiring = fake_wiring(file)
    page = visitor.go("mesh?tab=bundles")
    shop = page.locator(".bundle").first
    expect(page.locator(".bundle h2")).to_have_text(["shop", "edge"])
    expect(shop.locator(".change")).not_to_have_count(0)
    findings = shop.locator("section", has_text="What is wrong with it").locator("tbody tr")
    expect(findings.first).to_contain_text("MH010")
    assert {cell.evaluate(LINES) for cell in findings.locator("td .code").all()} == {1}
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    document = shop.locator("details", has_text="telemetry-istio-system-meshhub.yaml")
    document.locator("summary").click()
    expect(document.locator("pre")).to_contain_text("randomSamplingPercentage: 0")
    shop.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == "meshhub wire apply mesh.yaml --mesh shop"
    visitor.keep("bundles-light")
    dark.go("mesh?tab=bundles")
    expect(dark.page.locator(".bundle")).to_have_count(2)
    dark.keep("bundles-dark")
    shop.get_by_role("link", name="v3").click()
    page.wait_for_url("**/ui/mesh?tab=history&version=3")
    expect(page.locator(".version h2")).to_contain_text("(kubernetes prod) back to v1 (now v3)")
