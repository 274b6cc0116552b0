"""Every rule on its own examples; what all of them have in common."""

import re
from pathlib import Path

import pytest

from envoy_config.emit import emit, mesh_names
from envoy_config.intent import load_intent
from envoy_config.rules.catalogue import RULES
from envoy_config.rules.checking import check
from envoy_config.rules.mesh_files import read_bundle
from envoy_config.rules.model import Rule, Severity
from envoy_config.rules.reading import read_text

MESHES = Path(__file__).parents[1] / "goldens" / "meshes.yaml"

rules = pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])


@rules
def test_a_rule_finds_its_mistake_in_the_bad_example_at_a_line_of_it(rule: Rule) -> None:
    reading = read_text(rule.bad, "bad.yaml")
    assert reading.faults == ()
    found = check(reading.objects, [rule])
    assert found
    assert all(0 < each.line <= rule.bad.count("\n") + 1 for each in found)
    assert all(each.path for each in found)


@rules
def test_a_rule_finds_nothing_in_the_good_example_and_no_other_finds_an_error(rule: Rule) -> None:
    reading = read_text(rule.good, "good.yaml")
    assert reading.faults == ()
    assert check(reading.objects, [rule]) == ()
    errors = [each.code for each in check(reading.objects) if each.severity == "error"]
    assert set(errors) <= NEIGHBOURS.get(rule.code, set())


NEIGHBOURS = {"MH001": {"MH015"}, "MH004": {"MH015"}, "MH005": {"MH015"}, "MH031": {"MH036", "MH038"}}
"""Errors of other rules in the good example of one, which is short on purpose."""


@rules
def test_a_rule_says_what_why_and_how_to_mend_it(rule: Rule) -> None:
    assert rule.code == f"MH{rule.code[2:]}"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)
    assert all(text[-1] in ".…" for text in (rule.why, rule.fix))
    assert rule.title[-1] not in ".…"


@pytest.mark.parametrize("name", mesh_names(load_intent(MESHES)))
def test_what_the_hub_emits_itself_has_no_error_and_no_warning(name: str) -> None:
    reading = read_bundle(emit(load_intent(MESHES), name), "meshes.yaml")
    assert reading.objects
    assert reading.faults == ()
    assert [str(each) for each in check(reading.objects) if each.severity is not Severity.INFO] == []


def test_codes_and_names_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len(RULES) >= 30
