"""Walks of the machine: each is made by the number of its seed alone.

Why not Hypothesis, which tests the rules: of a walk's time it takes a fifth, it likes to repeat a
choice (two of five steps were the same pair of starts), and it remembers every walk it took. What
it would do for a walk that failed, `shortened` does here.
"""

import random

from tests.machine.machine import AttemptMachine
from tests.machine.steps import Step, chosen, rules_of

RULES = rules_of(AttemptMachine)
LAST = Step(name="work", given={"how": "whole pass"})  # whatever happened must be countable
LEFT_OUT = 0.2  # the share of rules that a walk does without: others get deeper then
NEEDED = ("start", "move_clock", "open_next")  # without these nothing happens any more


def walk(stage, door, *, seed, steps, outcomes):
    """Take that many steps, count in `outcomes` what came of them; raise what one of them raised.

    The error has them as its `steps`.
    """
    machine, taken = AttemptMachine(stage, door, outcomes), []
    try:
        for chosen_step in _chosen_steps(machine, random.Random(seed), steps):
            taken.append(chosen_step)
            _take(machine, chosen_step)
    except Exception as error:
        error.steps = taken
        raise


def shortened(stage, door, steps):
    """Return steps that still raise something, without those that are not needed for it."""
    size = len(steps) // 2
    while size:
        at = 1  # a walk opens with the first
        while at < len(steps):
            fewer = [*steps[:at], *steps[at + size :]]
            if fails(stage, door, fewer):
                steps = fewer
            else:
                at += size
        size //= 2
    return steps


def _chosen_steps(machine, chance, steps):
    """Yield the steps of a walk.

    What is drawn does not depend on what came of the steps before, which of two requests at once
    may change; only whether it can be taken does.
    """
    yield chosen(RULES["open"], chance)
    rules = [rule for rule in RULES.values() if rule.often and chance.random() > LEFT_OUT]
    rules += [RULES[name] for name in NEEDED if RULES[name] not in rules]
    often = [rule.often for rule in rules]
    left = steps - 2
    while left:
        (rule,) = chance.choices(rules, often)
        one = chosen(rule, chance)
        if rule.when(machine):
            left -= 1
            yield one
    yield LAST


def _take(machine, one):
    machine.steps += 1
    getattr(machine, one.name)(**one.given)


def fails(stage, door, steps):
    """Tell whether these steps, without those that cannot be taken any more, raise something."""
    machine = AttemptMachine(stage, door)
    try:
        for one in steps:
            if one.name == "open" or RULES[one.name].when(machine):
                _take(machine, one)
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        return True
    return False
