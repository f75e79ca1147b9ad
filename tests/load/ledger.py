"""What the product acknowledged, and whether its database still holds it afterwards."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """An attempt as the database has it; `answers` is position (1-based) → letter shown."""

    public_id: str
    person_id: int
    state: str
    last_op: int
    answers: dict


@dataclass(slots=True)
class Entry:
    """One attempt as its client knows it: what was sent under which number, what was acknowledged.

    What was sent and not acknowledged may stand in the database or not; both are right. A paper
    that ran out holds what was saved last.
    """

    sheets: dict = field(default_factory=lambda: {0: {}})
    acknowledged_op: int = 0
    last_sheet: dict | None = None
    is_submitted: bool = False

    def sends(self, op, sheet):
        self.sheets[op] = sheet

    def saved(self, op):
        self.acknowledged_op = op

    def hands_in(self, sheet):
        self.last_sheet = sheet

    def submitted(self):
        self.is_submitted = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """How many acknowledged saves and submits there were, and what of them cannot be found.

    `lost`: acknowledged and not in the database. `wrong`: attempts with other answers than were
    sent. `duplicates`: attempts more than people started. `examples` say which.
    """

    saves: int
    submits: int
    lost: int
    wrong: int
    duplicates: int
    examples: tuple


class Ledger:
    """One entry per attempt that was begun, by its public id."""

    def __init__(self):
        self.entries = {}

    def started(self, public_id):
        """Note a start that was answered; the same paper twice is one entry."""
        return self.entries.setdefault(public_id, Entry())

    def balance(self, rows):
        """Compare with all attempts that are stored."""
        rows = list(rows)
        stored = {row.public_id: row for row in rows}
        lost, wrong, examples = 0, 0, []
        for public_id, entry in self.entries.items():
            missing, is_wrong = _check(entry, stored.get(public_id))
            lost, wrong = lost + missing, wrong + is_wrong
            if missing or is_wrong:
                examples.append(f"{public_id}: {entry} but {stored.get(public_id)}")
        of_person = Counter(row.person_id for row in rows)
        return Balance(
            saves=sum(entry.acknowledged_op for entry in self.entries.values()),
            submits=sum(entry.is_submitted for entry in self.entries.values()),
            lost=lost,
            wrong=wrong,
            duplicates=sum(count - 1 for count in of_person.values()),
            examples=tuple(examples[:5]),
        )


def _check(entry, row):
    """Return (acknowledged things that are gone, whether other answers stand than were sent)."""
    if row is None:
        return entry.acknowledged_op + entry.is_submitted or 1, False
    lost = max(0, entry.acknowledged_op - row.last_op)
    lost += entry.is_submitted and row.state != "submitted"
    right = entry.last_sheet if row.state == "submitted" else entry.sheets.get(row.last_op)
    return lost, not lost and row.answers != right
