"""Reading configuration to be checked: lines, what is malformed, what is hostile."""

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from envoy_config.rules.catalogue import RULES
from envoy_config.rules.checking import check
from envoy_config.rules.reading import read_objects, read_paths, read_text

TELEMETRY = "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: a, namespace: b}\n"


def test_what_is_malformed_is_a_fault_with_its_line_and_the_rest_is_checked() -> None:
    text = f"a: [1\n---\n{TELEMETRY}spec: {{tracing: [{{randomSamplingPercentage: 0}}]}}\n---\nb: 'x\n---\n42\n"
    reading = read_text(text, "f.yaml")
    assert [fault.line for fault in reading.faults] == [2, 9, 10]
    assert all(fault.origin == "f.yaml" for fault in reading.faults)
    (found,) = [each for each in check(reading.objects) if each.code == "MH010"]
    assert (found.line, found.path) == (6, "spec.tracing[0].randomSamplingPercentage")
    assert found.subject == "Telemetry b/a"


def test_lines_of_embedded_text_are_those_of_the_file() -> None:
    text = (
        "# a comment\n---\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  mesh: |\n"
        "    extensionProviders:\n    - name: x\n      envoyOtelAls:\n        service: meshhub.obs\n"
        "        port: 4318\n"
    )
    found = {each.code: (each.line, each.path) for each in check(read_text(text, "f").objects)}
    assert found["MH002"] == (10, "data.mesh → extensionProviders[0].envoyOtelAls.service")
    assert found["MH021"] == (11, "data.mesh → extensionProviders[0].envoyOtelAls.port")


def test_lists_and_arrays_are_their_items() -> None:
    one = yaml.safe_load(f"{TELEMETRY}spec: {{tracing: [{{randomSamplingPercentage: 0}}]}}")
    for text in (json.dumps([one, one]), yaml.safe_dump({"kind": "List", "items": [one, one]})):
        assert len([each for each in check(read_text(text, "f").objects) if each.code == "MH010"]) == 2
    (found,) = {
        each.code: each for each in check(read_objects([one], "cluster").objects) if each.code == "MH010"
    }.values()
    assert (found.origin, found.line) == ("cluster", 0)


def test_directories_are_read_by_name_and_what_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.yaml").write_text(TELEMETRY, encoding="utf-8")
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("[", encoding="utf-8")
    (tmp_path / "c.yml").write_bytes(b"\xff\xfe\x00")
    reading = read_paths([tmp_path, tmp_path / "missing.yaml"])
    assert [each.source.origin for each in reading.objects] == [
        str(tmp_path / "a.json"),
        str(tmp_path / "sub" / "b.yaml"),
    ]
    assert [str(fault) for fault in reading.faults] == [
        f"{tmp_path / 'c.yml'}: is not UTF-8 text",
        f"{tmp_path / 'missing.yaml'}: No such file or directory",
    ]


def test_bombs_of_aliases_and_depth_are_faults() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
    )
    for text in (bomb, "a: &a [*a]\n", "[" * 5_000 + "]" * 5_000, "a: !!python/object:os.system x\n"):
        reading = read_text(text, "f")
        assert (len(reading.objects), len(reading.faults)) == (0, 1)


def test_anchors_are_read() -> None:
    reading = read_text("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n", "f")
    assert reading.objects[0].get("c", "b").value == 1
    assert reading.objects[0].get("d", "b").value == 1


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    reading = read_text(text, "f")
    check(reading.objects)


junk = st.sampled_from(
    [None, 0, -1, True, "", "x", "{", "a: [", [], [1], [None], {}, {"name": 3}, [{"name": None}], 1e999]
)
EXAMPLES = [yaml.safe_load_all(text) for rule in RULES for text in (rule.bad, rule.good)]
OBJECTS: list[Any] = [each for example in EXAMPLES for each in example]


def _mutated(value: Any, path: list[int], put: Any) -> Any:
    """A copy of a structure with something else at a place."""
    if not path or not isinstance(value, dict | list) or not value:
        return put
    index = path[0] % len(value)
    if isinstance(value, list):
        return [_mutated(each, path[1:], put) if at == index else each for at, each in enumerate(value)]
    return {key: _mutated(each, path[1:], put) if at == index else each for at, (key, each) in enumerate(value.items())}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(OBJECTS), st.lists(st.integers(0, 9), min_size=1, max_size=9), junk),
        min_size=1,
        max_size=4,
    )
)
def test_no_rule_stumbles_over_what_stands_in_the_wrong_place(changed: list[tuple[Any, list[int], Any]]) -> None:
    objects = [_mutated(value, path, put) for value, path, put in changed]
    check(read_objects([each for each in objects if isinstance(each, dict)], "f").objects)
