"""Banks in the layouts that organisers use: each file gives the same six questions."""

import json
from pathlib import Path

import pytest

from quizapp.banks.reading import read_here as read_bank
from quizapp.banks.rules import LETTERS, letters_of

LAYOUTS = Path(__file__).parent.parent / "fixtures" / "banks" / "layouts"
EXPECTED = json.loads((LAYOUTS / "expected.json").read_text("utf-8"))
# Old documents need LibreOffice: tests/integration/test_banks_old_word.py reads them.
FILES = sorted(path.name for path in LAYOUTS.glob("[01]*") if path.suffix != ".doc")


@pytest.mark.parametrize("name", FILES)
def test_each_layout_gives_the_questions_it_was_made_of(name):
    reading = read_bank((LAYOUTS / name).read_bytes())
    assert reading.errors == ()
    assert [
        {
            "stem": one.stem,
            "options": dict(zip(LETTERS, one.options, strict=False)),
            "answer": letters_of(one.right),
        }
        for one in reading.drafts
    ] == [{part: one[part] for part in ("stem", "options", "answer")} for one in EXPECTED]
