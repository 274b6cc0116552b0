"""Runs the rules."""

from collections.abc import Iterable

from envoy_config.rules.catalogue import RULES
from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Finding, Rule
from envoy_config.rules.node import Node


def check(objects: Iterable[Node], rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """What the rules find in objects that belong together, by file and line."""
    estate = Estate(objects)
    found = {
        Finding(
            flaw.node.source.origin,
            flaw.node.line,
            rule.code,
            flaw.node.name,
            flaw.text,
            flaw.node.source.subject,
            rule,
        )
        for rule in rules
        for flaw in rule.find(estate)
    }
    return tuple(sorted(found, key=lambda each: (each.origin, each.line, each.code, each.path, each.text)))
