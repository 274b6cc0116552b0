"""Applies documents to a directory of plain files: all of them or none."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from envoy_config.apply.model import Deed, Interrupted, Outcome, Refused, Trouble
from envoy_config.history.model import AppliedDocument

PRIVATE, PUBLIC = 0o600, 0o644


def plan(
    directory: Path, documents: Sequence[AppliedDocument], former: Sequence[AppliedDocument] = ()
) -> tuple[Outcome, ...]:
    """What writing would do. Files of `former` that are in `documents` no more are to be deleted.

    Raises:
        Refused: a name leads out of the directory, or what is there cannot be read.
    """
    troubles = [Trouble(each.name, "leads out of the directory") for each in documents if not _safe(each.name)]
    if troubles:
        raise Refused(str(directory), troubles)
    names = {each.name for each in documents}
    try:
        found = [Outcome(each.name, _deed(directory / each.name, each.text)) for each in documents]
        gone = [each for each in former if each.name not in names and (directory / each.name).exists()]
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(str(directory), [Trouble(str(directory), str(error))]) from error
    return (*found, *(Outcome(each.name, Deed.DELETED) for each in gone if _safe(each.name)))


def carry_out(
    directory: Path, documents: Sequence[AppliedDocument], former: Sequence[AppliedDocument] = ()
) -> tuple[Outcome, ...]:
    """Write the files; secret ones can be read by their owner only.

    Raises:
        Refused: nothing was written.
        Interrupted: a file could not be put in place; the others are as before.
    """
    outcomes = plan(directory, documents, former)
    texts = {each.name: each for each in documents}
    drafts: dict[str, Path] = {}
    try:
        for outcome in outcomes:
            if outcome.deed in (Deed.CREATED, Deed.CHANGED):
                drafts[outcome.name] = _draft(directory / outcome.name, texts[outcome.name])
    except OSError as error:
        _discard(drafts)
        raise Refused(str(directory), [Trouble(outcome.name, error.strerror or str(error))]) from error
    _put_in_place(directory, outcomes, drafts)
    return outcomes


def _put_in_place(directory: Path, outcomes: Sequence[Outcome], drafts: Mapping[str, Path]) -> None:
    """Renames cannot fail but for what changed since the drafts were made; then what was is put back."""
    kept: dict[Path, bytes | None] = {}
    for outcome in outcomes:
        path = directory / outcome.name
        if outcome.deed is Deed.UNCHANGED:
            continue
        try:
            kept[path] = path.read_bytes() if path.exists() else None
            if outcome.deed is Deed.DELETED:
                path.unlink()
            else:
                drafts[outcome.name].replace(path)
        except OSError as error:
            left = _restore(kept)
            _discard(drafts)
            trouble = Trouble(outcome.name, error.strerror or str(error))
            restored = [str(each.relative_to(directory)) for each in kept if each != path]
            raise Interrupted(str(directory), trouble, restored, left) from error


def _restore(kept: Mapping[Path, bytes | None]) -> list[Trouble]:
    left = []
    for path, content in reversed(list(kept.items())):
        try:
            if content is None:
                path.unlink(missing_ok=True)
            elif not path.is_file() or path.read_bytes() != content:
                path.write_bytes(content)
        except OSError as error:
            left.append(Trouble(str(path), error.strerror or str(error)))
    return left


def _draft(path: Path, document: AppliedDocument) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=PRIVATE)
    draft.write_text(document.text, encoding="utf-8")
    draft.chmod(PRIVATE if document.secret else PUBLIC)
    return draft


def _discard(drafts: Mapping[str, Path]) -> None:
    for draft in drafts.values():
        draft.unlink(missing_ok=True)


def _deed(path: Path, text: str) -> Deed:
    if not path.exists():
        return Deed.CREATED
    return Deed.UNCHANGED if path.read_text(encoding="utf-8") == text else Deed.CHANGED


def _safe(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name
