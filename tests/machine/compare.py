"""Where the tables and the model differ, a line for each thing."""


class Difference(AssertionError):
    """The product and the model do not agree."""


def attempts(model, rows):
    """Compare every attempt, column by column."""
    found = {(row.person, row.number): row for row in rows}
    lines = [f"no paper {name} in the table" for name in model.papers if name not in found]
    lines += [f"paper {name} should not be" for name in found if name not in model.papers]
    for name, paper in model.papers.items():
        if name in found:
            lines += [f"paper {name}: {line}" for line in _attempt(paper, found[name])]
    return lines


def standings(model, people, rows):
    """Compare the standings with the attempt that counts."""
    expected = []
    for person in people:
        best = model.counted(person)
        if best is not None:
            attempts = len(model.finals(person))
            all_right = int(best.right == len(best.chosen))
            value = (best.points, best.duration, all_right, best.ended)
            expected.append((person, best.number, attempts, *value))
    found = [tuple(row) for row in rows]
    return [] if found == expected else [f"standings {found}, not {expected}"]


def events(model, count):
    """Compare the number of results written for the worker to count."""
    return [] if count == model.results else [f"{count} result events, not {model.results}"]


def late(model, rows):
    """Compare the answers that were kept aside."""
    expected = sorted((*name, *kept) for name, kept in model.late.items())
    found = sorted(tuple(row) for row in rows)
    return [] if found == expected else [f"kept aside {found}, not {expected}"]


def counts(model, people, found):
    """Compare what is counted for the unit of everybody."""
    best = [model.counted(person) for person in people if model.counted(person)]
    expected = (
        len(best),
        sum(len(model.finals(person)) for person in people),
        sum(paper.points for paper in best),
        sum(paper.right == len(paper.chosen) for paper in best),
    )
    found = found or (0, 0, 0, 0)
    return [] if found == expected else [f"counted {found}, not {expected}"]


def _attempt(paper, row):
    expected = {
        "address": paper.address,
        "asked": paper.asked,
        "state": paper.state,
        "holder": paper.holder,
        "op": paper.op,
        "chosen": paper.chosen,
        "prediction": paper.prediction,
        "started": paper.started,
        "deadline": paper.deadline,
        "lost": paper.lost,
        "ended": paper.ended,
        "right": paper.right,
        "points": paper.points,
        "duration": paper.duration,
    }
    for name, value in expected.items():
        if getattr(row, name) != value:
            yield f"{name} is {getattr(row, name)}, not {value}"
    if (row.receipt is None) != (paper.state == "running"):
        yield f"receipt is {row.receipt} when {paper.state}"
