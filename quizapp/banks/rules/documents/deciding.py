"""The one right option of each question: what words, keys and marks say has to agree. Pure."""

from collections.abc import Mapping, Sequence

from quizapp.banks.rules.documents.found import Choice, Found, key_of, shortened
from quizapp.banks.rules.documents.key_lists import Entry
from quizapp.banks.rules.documents.marking import Signal, Verdict
from quizapp.banks.rules.documents.statements import TELL_EACH
from quizapp.banks.rules.documents.told import PROVISION, TRUTHS, Told
from quizapp.errors import N_
from quizapp.said import Said, listed, said

UNCERTAIN = N_(
    "Không chắc đáp án đúng: {why}. Hãy đánh dấu đúng một phương án như các câu khác, hoặc thêm "
    "dòng “Đáp án: …”."
)
# After a letter these say that it is not the one right option, or not the only one.
TURNS = {"hoặc", "và", "hay", "là", "sai", "không", "chưa", "thì", "or", "and", "not"}


def answer_of(
    found: Found, *, entries: Sequence[Entry], verdict: Verdict, signal: Signal | None
) -> str:
    """Return the letter of the right option; empty with a doubt where it is not certain."""
    sources: dict[str, Said] = {}
    for told in found.told:
        letter = _told_letter(told, found)
        sources.setdefault(letter, said(N_("dòng đáp án ghi {letter}"), letter=letter))
    for entry in entries:
        text = N_("bảng đáp án ghi {letter} ({where})")
        sources.setdefault(entry.letter, said(text, letter=entry.letter, where=entry.where))
    if entries and any(choice.shown not in {"", choice.letter} for choice in found.options):
        found.doubt("answer", _shown_otherwise(found))
    letters = [choice.letter for choice in found.options]
    if signal is not None and verdict.position is not None and verdict.position < len(letters):
        marked = letters[verdict.position]
        text = N_("phương án {letters} {mark}")
        sources.setdefault(marked, said(text, letters=marked, mark=signal.words))
    elif (signal is not None and not verdict.is_silent) or not sources:
        found.doubt("answer", said(UNCERTAIN, why=verdict.doubt))
    if len(sources) > 1:
        told_so = listed([sources[letter] for letter in sorted(sources)])
        text = N_("Đáp án mâu thuẫn: {sources}. Hãy sửa cho khớp nhau.")
        found.doubt("answer", said(text, sources=told_so))
    if "answer" in found.doubts or "options" in found.doubts:
        return ""
    return next(iter(sources), "")


def _told_letter(told: Told, found: Found) -> str:
    if told.doubt:
        text = N_("{doubt} ({where}). Hãy ghi đúng một đáp án.")
        found.doubt("answer", said(text, doubt=told.doubt, where=told.where))
        return ""
    if told.verdicts:
        found.doubt("answer", TELL_EACH)
        return ""
    if told.letter:
        _check_rest(told, found)
        return told.letter
    words = key_of(told.words)
    named = [choice for choice in found.options if key_of(choice.text) == words]
    if not named:
        named = _by_truth(words, found.options)
    by_number = _by_number(words, found)
    if by_number and named and by_number not in named:
        text = N_(
            "Đáp án “{answer}” vừa là số thứ tự vừa là chữ của phương án ({where}). "
            "Hãy ghi chữ cái của phương án đúng."
        )
        found.doubt("answer", said(text, answer=shortened(told.words), where=told.where))
    named = named or ([by_number] if by_number else [])
    if len(named) != 1:
        text = N_(
            "Đáp án “{answer}” ({where}) không trùng phương án nào. "
            "Hãy ghi chữ cái của phương án đúng."
        )
        found.doubt("answer", said(text, answer=shortened(told.words), where=told.where))
        return ""
    return named[0].letter


def _check_rest(told: Told, found: Found) -> None:
    """What stands after the letter is its option, a provision or a reason; never another option."""
    by_letter: Mapping[str, Choice] = {choice.letter: choice for choice in found.options}
    rest = key_of(told.rest)
    is_text = any(key_of(one.text) == told.letter.lower() for one in by_letter.values())
    if found.by_words and is_text and not rest:
        text = N_(
            "Đáp án “{letter}” vừa là chữ cái vừa là nội dung của phương án ({where}). "
            "Hãy ghi cả chữ cái và nội dung, ví dụ “A. …”."
        )
        found.doubt("answer", said(text, letter=told.letter, where=told.where))
    own = by_letter.get(told.letter)
    if any(choice.shown not in {"", choice.letter} for choice in found.options):
        found.doubt("answer", _shown_otherwise(found))
    if not rest or (own is not None and rest == key_of(own.text)):
        return
    others = [key_of(one.text) for letter, one in by_letter.items() if letter != told.letter]
    if any(_overlap(rest, other) for other in others) or rest.split()[0] in TURNS:
        found.doubt("answer", _other_words(told, own.text if own else ""))
    elif PROVISION.search(told.rest):
        found.citations.append(told.rest)
    else:
        found.explanation.append(told.rest)


def _other_words(told: Told, words: str) -> Said:
    text = N_(
        "Đáp án ghi “{letter}. {rest}” nhưng phương án {option} là “{words}” ({where}). "
        "Hãy sửa cho khớp nhau."
    )
    facts = {"rest": shortened(told.rest), "words": shortened(words), "where": told.where}
    return said(text, letter=told.letter, option=told.letter, **facts)


def _overlap(rest: str, other: str) -> bool:
    return bool(other) and (rest.startswith(other) or other.startswith(rest))


def _by_truth(words: str, options: Sequence[Choice]) -> list[Choice]:
    meant = TRUTHS.get(words)
    texts = [TRUTHS.get(key_of(choice.text)) for choice in options]
    if meant is None or sorted(map(str, texts)) != ["A", "B"]:
        return []
    return [options[texts.index(meant)]]


def _by_number(words: str, found: Found) -> Choice | None:
    number = int(words) if words.isdecimal() and len(words) == 1 else 0
    if not found.by_number or not 0 < number <= len(found.options):
        return None
    return found.options[number - 1]


def _shown_otherwise(found: Found) -> Said:
    text = N_(
        "Word đánh số tự động các phương án là {letters} nên chữ cái của đáp án không chắc trỏ "
        "đến phương án nào. Hãy đánh lại từ A."
    )
    return said(text, letters=", ".join(choice.shown for choice in found.options))
