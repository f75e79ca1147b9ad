"""Let Hypothesis walk the machine."""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import AttemptMachine


def walk(stage, door, *, walks, steps, tally=None, number=None, shrinks=True):
    """Take that many walks of at most that many steps.

    Raises what the first walk that failed raised, after having looked for a shorter one. Without
    the `number` of a seed the walks are the same each time.
    """
    chosen = settings(
        max_examples=walks,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=number is None,
        phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )

    def machine():
        return AttemptMachine(stage, door, tally)

    run_state_machine_as_test(machine if number is None else seed(number)(machine), settings=chosen)
