"""Looking over the tree as it stands in the database."""

from datetime import date

from quizapp.units.rules.faults import find_faults
from quizapp.units.service.state import read_state
from quizapp.units.service.values import CheckReport


def check_tree(*, on: date) -> CheckReport:
    """Return what is wrong with the stored tree; `bodies` counts those under the root on a day."""
    state = read_state()
    stale = sorted(state.units[id_].code for id_ in state.stale)
    roots = {unit.code for unit in state.units.values() if unit.parent_code is None}
    faults = find_faults(state.units, state.paths)
    faults += [f"{code}: khoá tìm kiếm cũ, hãy chạy lại units load" for code in stale]
    bodies = sum(
        unit.parent_code in roots
        and unit.valid_from <= on
        and (unit.valid_to is None or unit.valid_to >= on)
        for unit in state.units.values()
    )
    return CheckReport(
        faults=tuple(faults),
        units=len(state.units),
        names=sum(len(unit.names) for unit in state.units.values()),
        bodies=bodies,
    )
