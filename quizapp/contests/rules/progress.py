"""Where a contest stands and what its organiser does next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quizapp.contests.rules.schedule import Window


class State(StrEnum):
    WAITING = "waiting"  # approved, no round has opened
    RUNNING = "running"
    BETWEEN = "between"  # a round is over, the next one has not opened
    TO_CLOSE = "to_close"  # a round is over and its result is not final
    CLOSED = "closed"  # every result is final
    OVER = "over"  # a rehearsal whose rounds are over: nothing is to be done with its results


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundNow:
    """A round as far as its state depends on it."""

    number: int
    window: Window
    is_paused: bool
    is_final: bool


def state_at(rounds: Sequence[RoundNow], now: datetime) -> tuple[State, int]:
    """Return the state of a contest and the number of the round that it is about.

    A running round comes before a round to close: nobody waits for a close as they do for a paper.
    """
    for one in rounds:
        if one.window.opens_at <= now < one.window.closes_at or one.is_paused:
            return State.RUNNING, one.number
    for one in rounds:
        if now >= one.window.closes_at and not one.is_final:
            return State.TO_CLOSE, one.number
    for one in rounds:
        if now < one.window.opens_at:
            return (State.WAITING if one.number == 1 else State.BETWEEN), one.number
    return State.CLOSED, rounds[-1].number


def rehearsal_state_at(rounds: Sequence[RoundNow], now: datetime) -> tuple[State, int]:
    """Return as `state_at` does; of a rehearsal no round waits for a close."""
    state, number = state_at(rounds, now)
    return (State.OVER if state is State.TO_CLOSE else state), number
