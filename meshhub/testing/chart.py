"""The chart, rendered by the real helm: `python -m meshhub.testing.chart` writes the goldens, `--check` compares
them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "meshhub"
GOLDENS = ROOT / "tests" / "helm" / "goldens"
RELEASE, NAMESPACE = "mesh", "observability"
KUBERNETES = "1.31.0"
"""A helm that is built from its module believes in an old one."""
SECONDS = 60


_HELM = ("helm",)


def cases() -> list[Path]:
    """The values files that goldens are made of, by name."""
    return sorted((CHART / "ci").glob("*.yaml"))


def render(values: Path) -> str:
    """What helm makes of the chart with these values.

    Raises:
        subprocess.CalledProcessError: helm refuses; its output says why.
    """
    command = [*_HELM, "template", RELEASE, str(CHART), "--namespace", NAMESPACE, "--kube-version", KUBERNETES]
    command += ["--values", str(values)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS).stdout


def main(arguments: list[str]) -> int:
    """Lint, then write or compare each golden; the exit code."""
    subprocess.run([*_HELM, "lint", "--strict", "--kube-version", KUBERNETES, str(CHART)], check=True, timeout=SECONDS)
    stale = []
    for values in cases():
        golden = GOLDENS / values.name
        made = render(values)
        if "--check" not in arguments:
            golden.write_text(made, encoding="utf-8")
        elif not golden.exists() or golden.read_text(encoding="utf-8") != made:
            stale.append(golden.name)
    if stale:
        sys.stderr.write(
            f"the goldens are not what helm renders: {', '.join(stale)}. Rewrite them: make chart-goldens\n"
        )
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
