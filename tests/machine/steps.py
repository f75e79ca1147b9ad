"""What a machine may do next, written beside each method that does it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How `often` a step is chosen beside others when it may be taken, and from what.

    Each of the `choices` is a sequence to choose from, or a function of the chance.
    """

    name: str
    often: int
    when: object
    choices: dict


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step with everything chosen; it can be taken again in another walk."""

    name: str
    given: dict

    def __str__(self):
        given = ", ".join(f"{name}={value!r}" for name, value in self.given.items())
        return f"{self.name}({given})"


def step(*, often, when=lambda _machine: True, **choices):
    """Mark a method as a step of its machine."""

    def mark(method):
        method.rule = Rule(name=method.__name__, often=often, when=when, choices=choices)
        return method

    return mark


def rules_of(machine):
    """Return name → Rule of the steps of a machine's class, in the order they are written."""
    methods = vars(machine).items()
    return {name: method.rule for name, method in methods if hasattr(method, "rule")}


def chosen(rule, chance):
    """Return the step of a rule with everything chosen."""
    given = {
        name: choices(chance) if callable(choices) else chance.choice(choices)
        for name, choices in rule.choices.items()
    }
    return Step(name=rule.name, given=given)
