"""Which option is marked as right: what differs among the options of a question. Pure.

One kind of mark has to explain the document: bold in one question and red in the next is no key.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from quizapp.banks.rules import LETTERS
from quizapp.banks.rules.documents import PLAIN, Line, Style
from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Fact, Said, listed, said

KINDS = ("bold", "italic", "underline", "colour", "highlight")
SIGN = "sign"
WORDS = {
    "bold": said(N_("in đậm")),
    "italic": said(N_("in nghiêng")),
    "underline": said(N_("gạch chân")),
    "colour": said(N_("tô màu chữ")),
    "highlight": said(N_("tô nền")),
    SIGN: said(N_("có dấu")),
}
NONE_MARKED = N_("không có phương án nào được đánh dấu")
# A mark over half of an option rivals one over a whole option; over less it stresses a word.
RIVAL = 0.5
# The last letter or the stop is easily missed when marking.
NEARLY_ALL = 0.9
# So many questions whose first letter alone is marked: the list is formatted so, it is no key.
SUSPICIOUS = 6
TOO_FEW = 2  # options of three that are marked: a mark too many, no habit that one lacks
Value = str | bool
Told = tuple[Value, float]
Look = Mapping[tuple[str, bool], Told]


UNMARKED: Mapping[str, Told] = {
    kind: ("" if kind in {"colour", "highlight"} else False, 0.0) for kind in KINDS
}


class Signal(NamedTuple):
    """A kind of mark; `stands_out` is False where the one option lacks what all others have."""

    kind: str
    stands_out: bool

    @property
    def words(self) -> Said:
        mark = WORDS[self.kind]
        return mark if self.stands_out else said(N_("không {mark}"), mark=mark)

    def of(self, positions: set[int]) -> Said:
        """Say that the options at these positions have it."""
        return said(N_("phương án {letters} {mark}"), letters=_letters(positions), mark=self.words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """An option as marked: its label's letter, its words, a sign such as "*" beside it."""

    label: Line
    body: tuple[Line, ...]
    sign: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The position of the marked option from 0; None with the reason in `doubt`."""

    position: int | None = None
    doubt: Said = NOTHING_SAID
    is_silent: bool = False  # nothing at all is marked here


@dataclass(slots=True)
class _Seen:
    """What differs in one question: signals → positions; kinds → positions marked in part."""

    marked: dict[Signal, set[int]] = field(default_factory=dict)
    partly: dict[str, set[int]] = field(default_factory=dict)
    by_label: set[Signal] = field(default_factory=set)


def verdicts(questions: Sequence[Sequence[Option]]) -> tuple[Signal | None, list[Verdict]]:
    """Return the mark that explains the document, if one does, and its verdict on each question."""
    looks = [[_look(option) for option in options] for options in questions]
    usual = _usual(looks)
    seen = [_seen(options, one, usual) for options, one in zip(questions, looks, strict=True)]
    signal = _explaining(seen)
    if signal is None:
        return None, [Verdict(doubt=_scattered(one)) for one in seen]
    return signal, [_verdict(one, signal) for one in seen]


def _look(option: Option) -> Look:
    return {
        (kind, of_label): told
        for of_label, lines in ((False, option.body), (True, (option.label,)))
        for kind, told in _values(lines).items()
    }


def _values(lines: Sequence[Line]) -> Mapping[str, Told]:
    """Return by kind what all of a text has, and which share of it has something else."""
    counts: Counter[Style] = Counter()
    for line in lines:
        if len(set(line.styles)) == 1:
            counts[line.styles[0]] += sum(map(str.isalnum, line.text))
        else:
            pairs = zip(line.text, line.styles, strict=True)
            counts.update(style for char, style in pairs if char.isalnum())
    if counts.keys() <= {PLAIN}:
        return UNMARKED  # most texts of a document
    return {kind: _value(kind, counts) for kind in KINDS}


def _usual(looks: Sequence[Sequence[Look]]) -> Mapping[tuple[str, bool], Value]:
    """Return the commonest value of each kind over all options, for labels and for bodies."""
    usual: dict[tuple[str, bool], Value] = {}
    for kind in KINDS:
        for of_label in (False, True):
            key = kind, of_label
            counts = Counter(look[key][0] for options in looks for look in options)
            plain = _plain(kind)
            usual[key] = max(
                counts, key=lambda value: (counts[value], value == plain), default=plain
            )
    return usual


def _seen(
    options: Sequence[Option],
    looks: Sequence[Look],
    usual: Mapping[tuple[str, bool], Value],
) -> _Seen:
    seen = _Seen()
    for (kind, of_label), common in usual.items():
        told = [look[kind, of_label] for look in looks]
        values = [value for value, _ in told]
        base = _base(values, common)
        partly = {at for at, (_, share) in enumerate(told) if share and values[at] == base}
        odd = {at for at, value in enumerate(values) if value != base}
        if base and len(odd) == 1 and len(values) == 1 + TOO_FEW:
            # Two of three are bold: one more mark than a key has, or one less than a habit needs.
            odd, base = set(range(len(values))) - odd, _plain(kind)
        seen.partly[kind] = seen.partly.get(kind, set()) | partly
        odd |= {at for at in partly if odd and told[at][1] >= RIVAL}
        _add(seen, kind, odd, stands_out=not base, of_label=of_label)
    signed = {at for at, option in enumerate(options) if option.sign}
    if len(signed) < len(options):
        _add(seen, SIGN, signed, stands_out=True, of_label=False)
    return seen


def _add(seen: _Seen, kind: str, odd: set[int], *, stands_out: bool, of_label: bool) -> None:
    if not odd:
        return
    signal = Signal(kind, stands_out)
    if of_label and signal not in seen.marked:
        seen.by_label.add(signal)
    seen.marked[signal] = seen.marked.get(signal, set()) | odd


def _base(values: Sequence[Value], common: Value) -> Value:
    """Return what most options of the question have; the document's habit where they are even."""
    counts = Counter(values).most_common()
    if len(counts) > 1 and counts[0][1] == counts[1][1]:
        return common
    return counts[0][0] if counts else common


def _value(kind: str, styles: Mapping[Style, int]) -> Told:
    plain = _plain(kind)
    counts: Counter[Value] = Counter()
    for style, count in styles.items():
        counts[getattr(style, kind)] += count
    total = counts.total()
    if not total:
        return plain, 0.0
    value, count = counts.most_common(1)[0]
    if count == total or (value != plain and count >= NEARLY_ALL * total):
        return value, 0.0
    return plain, 1 - counts[plain] / total


def _plain(kind: str) -> Value:
    return "" if kind in {"colour", "highlight"} else False


def _explaining(seen: Sequence[_Seen]) -> Signal | None:
    """Return the signal that points at one option in at least half of the questions.

    None as well when the others among them would have to be explained by another signal.
    """
    unique: Counter[Signal] = Counter()
    for one in seen:
        unique.update(signal for signal, odd in one.marked.items() if len(odd) == 1)
    if not unique:
        return None
    best = max(unique, key=lambda signal: (unique[signal], signal.stands_out, signal.kind))
    elsewhere = sum(
        best not in one.marked and any(len(odd) == 1 for odd in one.marked.values()) for one in seen
    )
    if unique[best] * 2 < len(seen) or unique[best] <= elsewhere:
        return None
    return None if _is_formatting(best, seen) else best


def _is_formatting(signal: Signal, seen: Sequence[_Seen]) -> bool:
    """A first letter that is bold in every question is how the list was typed, no key."""
    by_label = [one.marked[signal] for one in seen if signal in one.by_label]
    return (
        len(by_label) >= SUSPICIOUS
        and len(by_label) == len([one for one in seen if signal in one.marked])
        and all(odd == {0} for odd in by_label)
    )


def _verdict(seen: _Seen, signal: Signal) -> Verdict:
    odd = seen.marked.get(signal, set())
    if len(odd) > 1:
        text = N_("có {n} phương án {mark} ({letters})")
        facts: dict[str, Fact] = {"mark": signal.words, "letters": _letters(odd)}
        return Verdict(doubt=said(text, n=len(odd), **facts))
    if not odd:
        return Verdict(doubt=_unmarked(seen, signal), is_silent=True)
    for other, positions in seen.marked.items():
        if other.kind != signal.kind and not odd & positions:
            text = N_("phương án {letters} {mark} nhưng phương án {others} lại {other_mark}")
            facts = {"letters": _letters(odd), "mark": signal.words}
            facts |= {"others": _letters(positions), "other_mark": other.words}
            return Verdict(doubt=said(text, **facts))
    return Verdict(position=next(iter(odd)))


def _unmarked(seen: _Seen, signal: Signal) -> Said:
    partly = seen.partly.get(signal.kind)
    if partly:
        text = N_("chỉ một phần phương án {letters} {mark}")
        return said(text, letters=_letters(partly), mark=signal.words)
    if seen.marked:
        text = N_("không có phương án nào {mark} như các câu khác; {others}")
        return said(text, mark=signal.words, others=_scattered(seen))
    return said(N_("không có phương án nào {mark}"), mark=signal.words)


def _scattered(seen: _Seen) -> Said:
    if not seen.marked:
        return said(NONE_MARKED)
    marks = listed([signal.of(odd) for signal, odd in seen.marked.items()])
    return said(N_("chỉ thấy {marks}, không đủ để biết chắc"), marks=marks)


def _letters(positions: set[int]) -> str:
    return ", ".join(LETTERS[at] if at < len(LETTERS) else str(at + 1) for at in sorted(positions))
