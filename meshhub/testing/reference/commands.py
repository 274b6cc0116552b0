"""docs/reference/cli.md from the commands themselves."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from meshhub.cli.commands import create_app
from meshhub.demo.commands import app as demo_app
from meshhub.testing.reference.markdown import code, page, table

INTRODUCTION = """\
Every command, its arguments and options. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. Commands that
read settings take them as `meshhub serve` does: defaults, `--config`, environment, command line
([settings](settings.md))."""


def commands_page() -> str:
    """The page: one part per command, in the order of help."""
    return page("Command line", INTRODUCTION, *(_part(name, command) for name, command in command_tree()))


def command_tree() -> Iterator[tuple[str, Any]]:
    """Every command with its full name ("meshhub config show"), groups before their members."""
    root = get_command(create_app())
    for name, command in vars(root)["commands"].items():
        # The command `demo` hands everything to the demo's own commands.
        yield from _below(f"meshhub {name}", get_command(demo_app) if name == "demo" else command)


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for member, below in getattr(command, "commands", {}).items():
        yield from _below(f"{name} {member}", below)


def _part(name: str, command: Any) -> str:
    text = " ".join((command.help or "").split())
    arguments = [
        (code(argument.name.upper()), "required" if argument.required else "", argument.help or "")
        for argument in command.params
        if argument.param_type_name == "argument"
    ]
    options = [
        (code(", ".join(option.opts)), _default(option), _meaning(option))
        for option in command.params
        if option.param_type_name == "option" and not option.hidden
    ]
    return "\n\n".join(
        part
        for part in (
            f"## {code(name)}",
            text,
            table(("Argument", "", "Meaning"), arguments),
            table(("Option", "Default", "Meaning"), options),
        )
        if part
    )


def _default(option: Any) -> str:
    if isinstance(option.show_default, str):
        return code(option.show_default)
    if option.is_flag or option.default is None or callable(option.default):
        return "required" if option.required else ""
    return code(str(option.default))


def _meaning(option: Any) -> str:
    variable = f" ({code(option.envvar)})" if option.envvar else ""
    return f"{option.help or ''}{variable}"
