"""`python -m meshhub.cli`."""

from meshhub.cli import main

main()
