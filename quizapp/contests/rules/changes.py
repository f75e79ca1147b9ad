"""What of an approved contest may change when. Pure.

| what | before the first round opens | while a round has opened |
|---|---|---|
| prizes, who may not take part | yes | yes, for the rounds not over |
| number of attempts | yes | only more, for the rounds not over |
| the paper (`paper.…`) | yes | for the rounds not open yet |
| hours of a round | yes | of the rounds not open yet |
| everything else | yes | no: who has taken part would be ranked by other rules |
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from quizapp.contests.rules.schedule import Phase, Window

ALWAYS = frozenset(
    {
        "eligibility.exclude_roles",
        "individual_prizes.per_round",
        "individual_prizes.per_board_per_round",
        "individual_prizes.total",
        "individual_prizes.cap",
        "collective_prizes",
    }
)
MORE_ONLY = "attempts.max"


def changed_knobs(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """Return the knobs whose values differ; both map every knob to what its reader made of it."""
    return [knob for knob in old if old[knob] != new[knob]]


def refused_knobs(
    changed: Sequence[str], old: Mapping[str, object], new: Mapping[str, object]
) -> list[str]:
    """Return those of the changed knobs that may not change once a round has opened."""
    return [knob for knob in changed if not _may_change(knob, old, new)]


def _may_change(knob: str, old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    if knob == MORE_ONLY:
        before, after = old[knob], new[knob]
        return isinstance(before, int) and isinstance(after, int) and after > before
    return knob in ALWAYS or knob.startswith("paper.")


def rounds_changed(
    changed: Sequence[str], windows: Mapping[int, Window], now: datetime
) -> tuple[int, ...]:
    """Return the numbers of the rounds that get the new rules; `windows` is number → window."""
    phases = {number: window.phase(now) for number, window in windows.items()}
    reaches_open = all(knob in ALWAYS or knob == MORE_ONLY for knob in changed)
    wanted = {Phase.NOT_OPEN, Phase.OPEN} if reaches_open else {Phase.NOT_OPEN}
    return tuple(number for number, phase in phases.items() if phase in wanted)
