"""Say what the test suite needs from the machine and does not find, before it starts."""

import shutil
import sys


def main() -> int:
    if shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"):
        return 0
    print(  # noqa: T201
        "make test: no Chromium found. The browser tests need one: "
        "on Debian and Ubuntu run 'apt-get install chromium' and try again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
