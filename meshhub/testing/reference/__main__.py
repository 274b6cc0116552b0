"""`python -m meshhub.testing.reference`: rewrite the generated pages of docs/reference."""

import sys

from meshhub.testing.reference import rewrite

for path in rewrite():
    sys.stdout.write(f"rewrote {path}\n")
