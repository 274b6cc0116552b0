"""The command line. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration."""

import sys
from collections.abc import Sequence
from typing import NoReturn

FAILED = 1
WRONG_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit. An error that meshhub foresaw is one message, without a traceback.

    Args:
        arguments: without the program's name; those of the process if None.
    """
    from meshhub.cli.commands import create_app
    from meshhub.errors import ConfigurationError, MeshhubError

    try:
        create_app()(args=None if arguments is None else list(arguments), prog_name="meshhub")
    except ConfigurationError as error:
        _say(error)
        sys.exit(WRONG_USAGE)
    except MeshhubError as error:
        _say(error)
        sys.exit(FAILED)
    sys.exit(0)


def _say(error: Exception) -> None:
    print(f"meshhub: {error}", file=sys.stderr)
