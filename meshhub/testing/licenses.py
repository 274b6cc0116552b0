"""The licences of everything that is installed, and whether each is known to fit: `python -m
meshhub.testing.licenses`."""

import re
import sys
from importlib.metadata import Distribution, distributions

PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|PSFL|MPL|Mozilla Public|0BSD|Unlicense|CC0|Zlib|HPND|CNRI|"
    r"Public Domain)\b",
    re.IGNORECASE,
)
"""Licences under which a package may be installed beside software under Apache-2.0."""


def license_of(distribution: Distribution) -> str:
    """What a distribution says its licence is: an SPDX expression, a classifier, or the first line of a text."""
    metadata = distribution.metadata
    classifiers = [
        each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier") or () if each.startswith("License ::")
    ]
    said = "; ".join([*metadata.get_all("License-Expression", []), *classifiers, *metadata.get_all("License", [])])
    return said.strip().splitlines()[0][:80] if said.strip() else ""


def main() -> int:
    """Print a line per distribution; 1 if one has a licence that is not known to fit."""
    known = {each.metadata["Name"]: license_of(each) for each in distributions()}
    unfit = {name: said for name, said in known.items() if not PERMISSIVE.search(said)}
    for name in sorted(known, key=str.lower):
        sys.stdout.write(f"{name:40} {known[name] or 'unknown'}\n")
    if unfit:
        sys.stderr.write(f"not known to fit: {', '.join(f'{name} ({said})' for name, said in sorted(unfit.items()))}\n")
    return 1 if unfit else 0


if __name__ == "__main__":
    raise SystemExit(main())
