"""docs/reference/receivers.md says what the code does."""

from pathlib import Path

import grpc
import pytest

from collector.receivers.answers import CODES
from collector.receivers.http.decompression import CODINGS
from collector.receivers.http.responses import STATUSES
from collector.refusal import Reason
from collector.schema import SCHEMAS

REFERENCE = (Path(__file__).parents[3] / "docs" / "reference" / "receivers.md").read_text(encoding="utf-8")
CODE_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_its_row_with_both_codes(reason: Reason) -> None:
    (row,) = (line for line in REFERENCE.splitlines() if f"`{reason}`" in line)
    _, _, code, status, retry, _, _ = (cell.strip() for cell in row.split("|"))
    assert code == (CODE_NAMES[CODES[reason]] if reason is not Reason.UNSUPPORTED else "")
    assert status == str(STATUSES[reason].value)
    assert retry.startswith("after") == (status in ("429", "503"))


def test_each_path_and_coding_is_named() -> None:
    assert [
        schema.path for schema in SCHEMAS.values() if f"`{schema.path}`" not in REFERENCE.replace("POST ", "")
    ] == []
    assert [coding for coding in CODINGS if coding.removeprefix("x-") not in REFERENCE] == []
