"""Questions out of force in a contest that is prepared: which, and what is left to decide."""

from collections.abc import Sequence
from dataclasses import replace

from quizapp.contests.rules.in_force import Rulings
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service.in_force import OldQuestion, find_out_of_force
from quizapp.errors import N_

MOST_NAMED = 10  # codes in one sentence
MOST_SHOWN = 80  # with a choice and a reason of their own; the others go by the one for all
FIX = N_(
    "Công bố bản ngân hàng đã sửa, đổi ngày thi, hoặc quyết định: ghi lý do chung cho mọi câu, hay"
    " lý do riêng từng câu."
)


def find_old(
    version_id: int, windows: Sequence[Window], rulings: Rulings
) -> tuple[tuple[OldQuestion, ...], list[str]]:
    """Return the questions out of force in some round, each once, and what is undecided, by round.

    A question has the ruling of its own only.
    """
    found: dict[str, OldQuestion] = {}
    problems = []
    for number, window in enumerate(windows, start=1):
        old = find_out_of_force(version_id, window)
        for one in old:
            found.setdefault(one.code, replace(one, ruling=rulings.own.get(one.code)))
        codes = [one.code for one in old if rulings.of(one.code) is None]
        if codes:
            named = ", ".join(codes[:MOST_NAMED]) + (" …" if codes[MOST_NAMED:] else "")
            problems.append(f"Vòng {number} có câu không có hiệu lực suốt những ngày thi: {named}.")
    return tuple(found.values())[:MOST_SHOWN], problems
