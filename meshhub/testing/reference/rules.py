"""docs/reference/rules.md from the rules themselves."""

from envoy_config.rules.catalogue import RULES
from envoy_config.rules.model import Rule
from meshhub.testing.reference.markdown import page, table

INTRODUCTION = """\
What `meshhub wire check` finds in configuration of Istio, Envoy, Consul, Kuma, Linkerd, Open Service Mesh, OpenShift
Service Mesh, Knative and Network Service Mesh. An *error* means that something does not arrive or is refused, a
*warning* that it arrives in part, twice or unusable, an *info* is good to know before it is applied. How to run it:
[wire a mesh](../how-to/wire.md)."""


def rules_page() -> str:
    """The page: all rules at a glance, then each with its examples."""
    rows = [(f"[{rule.code}](#{_anchor(rule)})", rule.severity.value, rule.title) for rule in RULES]
    return page("Rules", INTRODUCTION, table(("Code", "Severity", "Finds"), rows), *(_part(rule) for rule in RULES))


def _part(rule: Rule) -> str:
    return "\n\n".join(
        (
            f"## {rule.code} {rule.name}",
            f"**{rule.title}.** {rule.why}",
            f"Fix: {rule.fix}",
            _example("Bad", rule.bad),
            _example("Good", rule.good),
        )
    )


def _example(word: str, text: str) -> str:
    return f"{word}:\n\n```yaml\n{text.strip(chr(10))}\n```"


def _anchor(rule: Rule) -> str:
    return f"{rule.code.lower()}-{rule.name}"
