"""An evening that plays by itself against a running server: people come and hand in over HTTP, a
screen is opened by its link, an operator moves it, freezes, and tells the places; and each step is
compared with what the stored attempts say.
"""

import json
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from quizapp import clock
from quizapp.contests import service as contests
from quizapp.contests.models import ContestKind
from quizapp.contests.rules.in_force import Ruling
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import ContestCard, NewContest
from quizapp.db import db, transaction
from quizapp.demo.checking import RANKING, find_lost, letters_of, order_by_attempts
from quizapp.demo.crowd import FAMILY, GIVEN, MIDDLE
from quizapp.demo.phones import Browser, Guest, Unexpected, take_part
from quizapp.errors import N_, Refusal
from quizapp.events import service as events
from quizapp.events.rules import Kind
from quizapp.events.service import EventCard
from quizapp.events.service.arranging import Look
from quizapp.results.service import verify_contest
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.formats import number, points

ACTOR = "command:demo"
TITLE = "Buổi lễ chạy thử: người dự thi là giả"
OPEN_FOR = timedelta(hours=12)
PER_STATE, LATE = 5, 6  # how many come while a state is shown, and after the freeze
PIN, SEED = "862753", 1
MINUTES_OF_STATE, MINUTES_OF_FREEZE, MINUTES_OF_PLACE = 3.0, 3.0, 0.6  # half an hour in all
LOOKS, BETWEEN_LOOKS = 240, 0.5  # how long the worker is waited for: two minutes
BOARDS = ("people", "provinces", "sectors")
sleep = time.sleep


class ElsewhereStored(Refusal):
    text = N_("Máy chủ {url} không dùng chung cơ sở dữ liệu với lệnh này: nó không thấy buổi lễ.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """How an evening went: `differs` says in words what was not as it must be."""

    people: int
    late: int
    frozen_bytes: int
    places: int
    differs: Sequence[str]


@dataclass(kw_only=True, slots=True)
class Evening:
    """One evening: `pause` waits for so many minutes of its own time."""

    url: str
    contest: ContestCard
    event: EventCard
    pause: Callable[[float], None]
    guests: Iterator[Guest]
    chance: random.Random
    acknowledged: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)

    def play(self) -> Played:
        """Play it from the first state to the last."""
        states = self.event.states
        reveal = next(n for n, one in enumerate(states) if one.kind is Kind.REVEAL)
        for position in range(reveal):
            self._show(position)
            self._come(PER_STATE)
            self.pause(MINUTES_OF_STATE)
        self._settle()
        frozen = self._freeze()
        places = self._reveal(reveal)
        for position in range(reveal + 1, len(states)):
            self._show(position)
            self.pause(MINUTES_OF_STATE)
        self._check_end(podium=states[-1].id)
        return Played(
            people=len(self.acknowledged),
            late=LATE,
            frozen_bytes=frozen,
            places=places,
            differs=self.differs,
        )

    def _show(self, position: int) -> None:
        with transaction():
            events.go_to(self.contest, self.event.number, position)
        shown = self._screen("/where.json")["position"]
        self._expect(shown == position, f"màn hình ở màn {shown}, phải ở màn {position}")

    def _come(self, people: int) -> None:
        """Let people join and hand in; what the server acknowledged is remembered."""
        one = self.contest.rounds[0]
        for guest in (next(self.guests) for _ in range(people)):
            right = self.chance.randint(one.rules.questions // 2, one.rules.questions)

            def letters(paper: str, right: int = right) -> Mapping[int, str]:
                return letters_of(one, paper, right=right)

            browser = Browser(url=self.url)
            paper = take_part(browser, self.contest.slug, guest, letters, sleep=sleep)
            self.acknowledged.append(paper)

    def _settle(self) -> None:
        """Wait until the worker has counted every result, and the recount agrees."""
        for _ in range(LOOKS):
            found = verify_contest(self.contest.slug)
            db.session.rollback()
            if found.waiting == 0:
                break
            sleep(BETWEEN_LOOKS)
        self._expect(found.waiting == 0, "tiến trình nền không cộng kết quả (flask worker)")
        self._expect(not found.problems, f"standings verify: {'; '.join(found.problems[:3])}")

    def _freeze(self) -> int:
        """Freeze, let more hand in, and see that no public byte moved; return how many stood."""
        contest = contests.get_contest(self.contest.slug)
        db.session.rollback()
        reason = "Buổi lễ chạy thử: giữ bảng để công bố"
        with transaction():
            events.freeze(contest, actor=ACTOR, reason=reason, at=clock.now())
        before = self._public()
        self._come(LATE)
        self.pause(MINUTES_OF_FREEZE)
        self._settle()
        after = self._public()
        moved = sorted(name for name in before if before[name] != after[name])
        self._expect(not moved, f"giữ bảng mà vẫn đổi: {', '.join(moved)}")
        return sum(map(len, before.values()))

    def _reveal(self, position: int) -> int:
        """Tell the places from the last one up; return how many. Raises what reveals raise."""
        self._show(position)
        state = self.event.states[position]
        order = [one for one in order_by_attempts(self.contest.rounds[0]) if one.rank <= state.top]
        expected = [[number(one.rank), one.name, _points(one.points_milli)] for one in order]
        ranks = list(dict.fromkeys(row[0] for row in expected))
        with transaction():
            events.begin_reveal(
                contests.get_contest(self.contest.slug),
                self.event.number,
                actor=ACTOR,
                at=clock.now(),
            )
        for told in range(len(ranks) + 1):
            if told:
                self._tell(told - 1)
                self.pause(MINUTES_OF_PLACE)
            shown = _brief(self._screen(f"/parts/{state.id}.json")["rows"])
            right = [row for row in expected if row[0] in ranks[len(ranks) - told :]]
            self._expect(shown == right, f"sau khi công bố {told} hạng, màn hình có {shown}")
        return len(ranks)

    def _tell(self, shown: int) -> None:
        with transaction():
            events.reveal_next(
                contests.get_contest(self.contest.slug),
                self.event.number,
                shown=shown,
                actor=ACTOR,
                at=clock.now(),
            )

    def _check_end(self, *, podium: int) -> None:
        """See that nothing acknowledged is lost and that the podium is that of the attempts."""
        lost = find_lost(self.acknowledged)
        self._expect(not lost, f"mất bài đã nhận: {', '.join(lost)}")
        order = order_by_attempts(self.contest.rounds[0])
        self._expect(
            len(order) == len(self.acknowledged),
            f"{len(self.acknowledged)} bài đã nhận, {len(order)} người có kết quả",
        )
        wanted = [[number(one.rank), one.name, _points(one.points_milli)] for one in order]
        best = [row for row, one in zip(wanted, order, strict=True) if one.rank <= 3]
        shown = self._until(f"/parts/{podium}.json", best)
        self._expect(shown == best, f"bục có {shown}, phải là {best}")
        self._settle()

    def _until(self, path: str, wanted: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
        """Return the rows of a part, once they are as wanted or have been waited for."""
        for _ in range(LOOKS):
            shown = _brief(self._screen(path)["rows"])
            if shown == wanted:
                break
            sleep(BETWEEN_LOOKS)
        return shown

    def _public(self) -> Mapping[str, bytes]:
        """Return path → bytes of what everybody may read of the standings."""
        slug, key = self.contest.slug, events.link_of(self.contest, self.event)
        paths = [f"/c/{slug}/boards/{name}.json" for name in BOARDS]
        paths += [f"/screen/{slug}/parts/{one.id}.json?k={key}" for one in self.event.states]
        return {path.partition("?")[0]: self._read(path) for path in paths}

    def _screen(self, rest: str) -> Any:
        """Return what a screen reads."""
        key = events.link_of(self.contest, self.event)
        return json.loads(self._read(f"/screen/{self.contest.slug}{rest}?k={key}"))

    def _read(self, path: str) -> bytes:
        reply = Browser(url=self.url).get(path)
        if reply.status != 200:
            raise Unexpected(step=path.partition("?")[0], status=reply.status)
        return reply.body

    def _expect(self, holds: bool, words: str) -> None:  # noqa: FBT001 - as assert has it
        if not holds:
            self.differs.append(words)


def prepare(url: str, *, speed: float, bank: str, preset: str) -> Evening:
    """Make a contest of its own with an evening; its people are made up and nothing of it counts.

    Raises NoAnswer, ElsewhereStored.
    """
    chance = random.Random(SEED)  # noqa: S311 - a made-up crowd, nothing secret
    now = clock.now()
    body = contests.read_preset(preset, over={"prediction": None, "ranking": list(RANKING)})
    body.pop("rounds", None)
    new = NewContest(
        slug=f"buoi-le-thu-{secrets.token_hex(3)}",
        title=TITLE,
        preset=preset,
        body=body,
        bank=bank,
        bank_number=None,
        owner="TLD",
        controller="Người chạy chương trình này (buổi lễ chạy thử)",
        windows=[Window(opens_at=now, closes_at=now + OPEN_FOR)],
        ruling=Ruling(is_asked=False, reason="buổi lễ chạy thử"),
        kind=ContestKind.REHEARSAL,
    )
    Browser(url=url).get("/healthz")
    with transaction():
        contest = contests.create_contest(new, actor=ACTOR, at=now)
        event = events.create_event(contest, Look(title=TITLE, round_number=1), actor=ACTOR, at=now)
    path = f"/screen/{contest.slug}?k={events.link_of(contest, event)}"
    if Browser(url=url).get(path).status != 200:
        raise ElsewhereStored(url=url)
    codes = [one.code for one in units.get_bodies(on=day_in_vietnam(now))]
    db.session.rollback()
    return Evening(
        url=url,
        contest=contest,
        event=event,
        pause=lambda minutes: sleep(minutes * 60 / speed),
        guests=_guests(codes, chance),
        chance=chance,
    )


def _guests(codes: Sequence[str], chance: random.Random) -> Iterator[Guest]:
    """Yield people of different names and numbers."""
    names = [f"{a} {b} {c}" for a in FAMILY for b in MIDDLE for c in GIVEN]
    chance.shuffle(names)
    for place, name in enumerate(names):
        yield Guest(name=name, phone=f"0912{place:06d}", pin=PIN, unit=chance.choice(codes))


def _brief(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """Return rank, name and points of rows as a screen has them."""
    return [[row[0], row[1], row[3]] for row in rows]


def _points(milli: int) -> str:
    return f"{points(milli)} điểm"
