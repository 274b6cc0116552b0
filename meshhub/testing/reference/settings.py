"""docs/reference/settings.md from the settings' models."""

from collections.abc import Iterator

from meshhub.settings.catalogue import Setting, SettingPath, catalogue
from meshhub.settings.environment import OTHER_VARIABLES
from meshhub.testing.reference.markdown import code, page, table

INTRODUCTION = """\
Every setting of the hub. A value comes from, the later winning: its default, the settings file (`--config`, YAML,
nested as the dotted names say), the environment variable, the command line (`--set name=value`, or an option of its
own). `meshhub config check` says what is wrong with file and line; `meshhub config show` prints what is in force and
where it comes from. How to use them: [configure](../how-to/configure.md).

`*` in a name, and `N` in a variable, is the position in a list, counted from 0. Lists of plain values take commas in
variables. The text `null` in a variable switches off what may be null. Bytes may have units (`64MiB`)."""


def settings_page() -> str:
    """The page: one part per section, one line per setting, then the variables that are no settings."""
    known = catalogue()
    parts = [
        f"## {_title(path)}\n\n{known.sections[path]}\n\n{_settings(members)}"
        for path, members in _by_section(list(known.settings.values()))
    ]
    others = table(("Variable", "Meaning"), [(code(name), text) for name, text in sorted(OTHER_VARIABLES.items())])
    return page("Settings", INTRODUCTION, *parts, f"## Other variables\n\n{others}")


def _title(path: SettingPath) -> str:
    return f"`{'.'.join(path)}`" if path else "Top level"


def _by_section(settings: list[Setting]) -> Iterator[tuple[SettingPath, list[Setting]]]:
    grouped: dict[SettingPath, list[Setting]] = {}
    for setting in settings:
        grouped.setdefault(setting.path[:-1], []).append(setting)
    yield from grouped.items()


def _settings(settings: list[Setting]) -> str:
    rows = [
        (code(s.dotted), s.kind, s.default if s.default == "required" else code(s.default), s.description)
        for s in settings
    ]
    variables = "\n".join(f"- `{setting.variable}`" for setting in settings)
    return f"{table(('Setting', 'Type', 'Default', 'Meaning'), rows)}\n\nVariables:\n\n{variables}"
