"""What a table shows as a whole: cells and keys that are other than in its other rows. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

from quizapp.banks.rules import Kind
from quizapp.banks.rules.documents.columns import Columns
from quizapp.banks.rules.documents.found import Found, key_of
from quizapp.errors import N_
from quizapp.said import said

LETTER_KEY = re.compile(r"[A-Ha-h][.)]?|\d")
MISSING = said(N_("Thiếu đáp án đúng. Hãy ghi chữ cái của phương án đúng vào ô này."))
FROM_ZERO = said(N_("Có đáp án ghi số 0 nên không rõ đếm từ 0 hay 1. Hãy ghi chữ cái."))


def check_lines(found: Sequence[Found], columns: Columns) -> None:
    """More lines than other cells have may be an option that goes on below its first line."""
    if "choices" not in columns.parts:
        return
    bare = [one for one in found if one.options and not any(c.label.text for c in one.options)]
    (usual, rows), *_ = Counter(len(one.options) for one in bare).most_common(1) or [(0, 0)]
    for one in bare:
        if rows > 1 and len(one.options) > usual:
            text = N_(
                "Ô có {n} dòng, các câu khác {usual}: không rõ dòng nào nối dòng trên. Hãy ghi "
                "A., B., C. trước mỗi phương án."
            )
            one.doubt("options", said(text, n=len(one.options), usual=usual))


def check_keys(found: Sequence[Found], columns: Columns) -> None:
    """A row without a key is wrong where others have one; a zero means they count from zero."""
    keys = [one.texts.get("answer", "") for one in found]
    if not any(keys):
        return
    counts_from_one = _counts_from_one(found, keys)
    by_words = any(
        key and not LETTER_KEY.fullmatch(key) and one.texts["kind"] != Kind.MULTIPLE
        for one, key in zip(found, keys, strict=True)
    )
    for one, key in zip(found, keys, strict=True):
        one.by_number |= counts_from_one
        one.by_words = by_words
        if not key and not one.told and "answer" in columns.parts:
            one.doubt("answer", MISSING)
        elif "0" in keys and key.isdecimal():
            one.doubt("answer", FROM_ZERO)
        elif not by_words and _counts_to_another(one, key):
            text = N_(
                "Đáp án “{answer}” vừa là số thứ tự vừa là chữ của phương án. Hãy ghi chữ cái."
            )
            one.doubt("answer", said(text, answer=key))


def _counts_to_another(one: Found, key: str) -> bool:
    """Say whether a digit is the words of one option and may be the number of another."""
    texts = [key_of(option.text) for option in one.options]
    if len(key) > 1 or not key.isdecimal() or not 0 < int(key) <= len(texts):
        return False
    return key in texts and texts[int(key) - 1] != key


def _counts_from_one(found: Sequence[Found], keys: Sequence[str]) -> bool:
    """Say whether the keys are numbers of options: all are, and some names the last option."""
    told = [(one, key) for one, key in zip(found, keys, strict=True) if key]
    are_numbers = all(key.isdecimal() and 0 < int(key) <= len(one.options) for one, key in told)
    return are_numbers and any(int(key) == len(one.options) for one, key in told)
