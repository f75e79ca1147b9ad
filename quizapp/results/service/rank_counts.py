"""The counts behind ranks, compared with the recount and with the tallies they count."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, select

from quizapp.db import db
from quizapp.results.rules import Worth
from quizapp.standings.models import RankCount, Tally

EVERYBODY = 0
Tallied = Sequence[Row[*tuple[Any, ...]]]  # people in order of their keys
People = tuple[Mapping[int, Worth], Mapping[int, int]]  # their worths, and ranks before the close


def rank_problems(contest_id: int, number: int, people: People | None) -> list[str]:
    """Compare tallied keys with the recounted ranks, and blocks of keys with the tallied ones.

    `people` is None while results wait for the worker, whose tallies are of before.
    """
    mine = Tally.contest_id == contest_id, Tally.round_number == number
    rows = db.session.execute(
        select(Tally.person_id, Tally.division, Tally.rank_key)
        .where(*mine, Tally.rank_key.is_not(None))
        .order_by(Tally.rank_key)
    ).all()
    found = [] if people is None else _key_problems(number, rows, *people)
    return found + _block_problems(contest_id, number, rows)


def _key_problems(
    number: int, rows: Tallied, worths: Mapping[int, Worth], ranks: Mapping[int, int]
) -> list[str]:
    """Return a line for each person whose tally gives another rank, or another division."""
    tallied: dict[int, tuple[int | None, int | None]] = {}
    rank, before = 0, None
    for place, row in enumerate(rows, start=1):
        rank = rank if row.rank_key == before else place
        before = row.rank_key
        tallied[row.person_id] = rank, row.division
    wanted = {person: (rank, worths[person].division) for person, rank in ranks.items()}
    return [
        f"round {number}, person {person}: tallied rank and division are"
        f" {tallied.get(person)}, recounted {wanted.get(person)}"
        for person in sorted(tallied.keys() | wanted.keys())
        if tallied.get(person) != wanted.get(person)
    ]


def _block_problems(contest_id: int, number: int, rows: Tallied) -> list[str]:
    """Return a line for each block that counts others than those whose keys are in it."""
    keys: dict[int, list[bytes]] = {EVERYBODY: [row.rank_key for row in rows]}
    for row in rows:
        if row.division is not None:
            keys.setdefault(row.division, []).append(row.rank_key)
    blocks: dict[int, list[tuple[bytes, int]]] = {}
    mine = RankCount.contest_id == contest_id, RankCount.round_number == number
    columns = RankCount.division, RankCount.from_key, RankCount.people
    for division, start, people in db.session.execute(select(*columns).where(*mine)):
        blocks.setdefault(division, []).append((start, people))
    problems = []
    for division in sorted(keys.keys() | blocks.keys()):
        some = keys.get(division, [])
        # Whoever stands before the first block would be counted nowhere.
        known = {b"": 0} | dict(blocks.get(division, []))
        starts = sorted(known)
        ends = [bisect_left(some, start) for start in starts] + [len(some)]
        problems += [
            f"round {number}, division {division}, ranks from key {start.hex() or '-'}:"
            f" {known[start]} people, recounted {after - before}"
            for start, (before, after) in zip(starts, pairwise(ends), strict=True)
            if known[start] != after - before
        ]
    return problems
