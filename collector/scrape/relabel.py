"""Relabelling: rules that choose targets or series and rewrite their labels (Prometheus, relabel_config).

Expressions match the whole value, as in Prometheus. They are Python's: what RE2 and Python write differently (`\\pL`,
`\\C`, `\\z`) is refused when the settings are read.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

Action = Literal[
    "replace", "keep", "drop", "keepequal", "dropequal", "hashmod", "labelmap", "labeldrop", "labelkeep", "lowercase",
    "uppercase",
]  # fmt: skip

Labels = dict[str, str]
Rule = Callable[[Labels], Labels | None]
"""Takes labels and may change them; None if what they are of is dropped."""

LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
DEFAULT_REGEX = "(.*)"

_VARIABLE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RelabelConfig:
    """One rule, with the names and defaults of Prometheus."""

    action: Action = "replace"
    source_labels: Sequence[str] = ()
    separator: str = ";"
    regex: str = DEFAULT_REGEX
    target_label: str = ""
    replacement: str = "$1"
    modulus: int = 0


def compile_rule(config: RelabelConfig) -> Rule:
    """The rule as a function.

    Raises:
        ValueError: the rule cannot be used, with the reason.
    """
    try:
        regex = re.compile(config.regex, re.DOTALL)
    except re.error as error:
        raise ValueError(f'regex "{config.regex}" is not an expression: {error}') from error
    _refuse_unusable(config)
    return partial(_ACTIONS[config.action], config, regex)


def apply(rules: Iterable[Rule], labels: Mapping[str, str]) -> Labels | None:
    """The labels after all rules, in order; None once one dropped them. Labels with an empty value are gone."""
    kept: Labels | None = dict(labels)
    for rule in rules:
        if kept is None:
            return None
        kept = rule(kept)
    return kept


def expand(template: str, match: re.Match[str]) -> str:
    """A template with `$1`, `${1}`, `$name` and `$$` filled in, as Go's Expand does: what there is not is empty."""

    def value(variable: re.Match[str]) -> str:
        if variable[1]:
            return "$"
        name = variable[2] or variable[3]
        try:
            return match[int(name) if name.isdigit() else name] or ""
        except IndexError:
            return ""

    return _VARIABLE.sub(value, template)


def _refuse_unusable(config: RelabelConfig) -> None:
    writes = config.action in ("replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal")
    if writes and not config.target_label:
        raise ValueError(f"the action {config.action} needs a target_label")
    if config.action == "hashmod" and config.modulus <= 0:
        raise ValueError("the action hashmod needs a modulus above 0")
    if writes and "$" not in config.target_label and not LABEL_NAME.fullmatch(config.target_label):
        raise ValueError(f'target_label "{config.target_label}" is not the name of a label')


def _joined(config: RelabelConfig, labels: Labels) -> str:
    return config.separator.join([labels.get(name, "") for name in config.source_labels])


def _set(labels: Labels, name: str, value: str) -> None:
    if value:
        labels[name] = value
    else:
        labels.pop(name, None)


def _replace(config: RelabelConfig, regex: re.Pattern[str], labels: Labels) -> Labels:
    match = regex.fullmatch(_joined(config, labels))
    if match is not None:
        target = expand(config.target_label, match)
        if LABEL_NAME.fullmatch(target):
            _set(labels, target, expand(config.replacement, match))
    return labels


def _keep(config: RelabelConfig, regex: re.Pattern[str], labels: Labels) -> Labels | None:
    return labels if regex.fullmatch(_joined(config, labels)) else None


def _drop(config: RelabelConfig, regex: re.Pattern[str], labels: Labels) -> Labels | None:
    return None if regex.fullmatch(_joined(config, labels)) else labels


def _keep_equal(config: RelabelConfig, _regex: re.Pattern[str], labels: Labels) -> Labels | None:
    return labels if _joined(config, labels) == labels.get(config.target_label, "") else None


def _drop_equal(config: RelabelConfig, _regex: re.Pattern[str], labels: Labels) -> Labels | None:
    return None if _joined(config, labels) == labels.get(config.target_label, "") else labels


def _hash_modulus(config: RelabelConfig, _regex: re.Pattern[str], labels: Labels) -> Labels:
    digest = hashlib.md5(_joined(config, labels).encode(), usedforsecurity=False).digest()
    labels[config.target_label] = str(int.from_bytes(digest[8:], "big") % config.modulus)
    return labels


def _label_map(config: RelabelConfig, regex: re.Pattern[str], labels: Labels) -> Labels:
    for name, value in list(labels.items()):
        match = regex.fullmatch(name)
        if match is not None:
            _set(labels, expand(config.replacement, match), value)
    return labels


def _label_drop(_config: RelabelConfig, regex: re.Pattern[str], labels: Labels) -> Labels:
    return {name: value for name, value in labels.items() if not regex.fullmatch(name)}


def _label_keep(_config: RelabelConfig, regex: re.Pattern[str], labels: Labels) -> Labels:
    return {name: value for name, value in labels.items() if regex.fullmatch(name)}


def _lower_case(config: RelabelConfig, _regex: re.Pattern[str], labels: Labels) -> Labels:
    _set(labels, config.target_label, _joined(config, labels).lower())
    return labels


def _upper_case(config: RelabelConfig, _regex: re.Pattern[str], labels: Labels) -> Labels:
    _set(labels, config.target_label, _joined(config, labels).upper())
    return labels


_ACTIONS: Mapping[Action, Callable[[RelabelConfig, re.Pattern[str], Labels], Labels | None]] = {
    "replace": _replace,
    "keep": _keep,
    "drop": _drop,
    "keepequal": _keep_equal,
    "dropequal": _drop_equal,
    "hashmod": _hash_modulus,
    "labelmap": _label_map,
    "labeldrop": _label_drop,
    "labelkeep": _label_keep,
    "lowercase": _lower_case,
    "uppercase": _upper_case,
}
