"""A ceremony in a file: all that an evening's screens will show, with every place of its reveals.

Who gets it knows the result before the hall: only those who run the contest may ask for it, with a
reason that stands in the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from quizapp import clock
from quizapp.attempts.service.desk import checked_reason
from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard
from quizapp.db import db, transaction
from quizapp.errors import N_
from quizapp.events.rules import Kind, State, places_of, ranks_of, told_rows
from quizapp.events.service import pack_files
from quizapp.events.service.pack_files import Pack, Scene
from quizapp.events.service.reading import EventCard, get_event
from quizapp.events.service.revealing import Order, Revealing, find_whole_order
from quizapp.events.service.showing import Part, get_showing
from quizapp.jobs import service as jobs
from quizapp.standings.service.freezing import as_seen
from quizapp.standings.service.public import Wanted, get_public_board
from quizapp.units import service as units

PACK = "events.pack"
WRITING = N_("Ghi gói")


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A pack as a file; `digest` is the SHA-256 of its bytes, `is_final` whether ranks are."""

    name: str
    content: bytes
    digest: str
    is_final: bool


def ask_pack(
    contest: ContestCard, number: int, *, actor: str, reason: str, address: str, at: datetime
) -> str:
    """Ask the worker for the pack of an event; return the job's public id.

    `address` is where the six digits are typed. Raises BadReason, NoSuchEvent.
    """
    event = get_event(contest, number)
    _record_asked(event, actor=actor, reason=reason, at=at)
    payload: dict[str, int | str] = {"slug": contest.slug, "event": number, "address": address}
    return jobs.ask_job(PACK, payload, asked_by=actor, about=event.title, at=at)


@jobs.register(PACK, title=N_("Làm gói buổi lễ"))
def make_asked_pack(job: jobs.Running) -> str | None:
    """Make the pack that was asked for, and keep it for who asked."""
    job.progress(N_("Đọc các màn"), 0, 2)
    asked = job.payload
    made = _made(str(asked["slug"]), int(asked["event"]), str(asked["address"]))
    job.progress(WRITING, 1, 2)
    job.keep_file(made.name, "application/zip", made.content)
    with transaction():
        _record_made(f"job:{job.id}", made, actor=job.asked_by)
    job.progress(WRITING, 2, 2)
    return None


def make_pack(slug: str, number: int | None, *, actor: str, reason: str, url: str) -> Made:
    """Make the pack of an event at once (None: the newest), for who sits at the server.

    `url` is where the site is; without it the pack has no invitation. Raises BadReason,
    NoSuchContest, NoSuchEvent.
    """
    with transaction():
        contest = contests.get_contest(slug)
        event = get_event(contest, number)
        _record_asked(event, actor=actor, reason=reason, at=clock.now())
    address = f"{url.rstrip('/')}/m/{event.code}" if url else ""
    made = _made(slug, event.number, address)
    with transaction():
        _record_made(f"event:{event.id}", made, actor=actor)
    return made


def get_pack(contest: ContestCard, event: EventCard, *, at: datetime) -> Pack:
    """Return all that an event's screens will show, in order.

    Before the last reveal boards are as everybody sees them, frozen ones too; after it as they are
    let go then.
    """
    parts = get_showing(contest, event, at=at).parts
    let_go = get_showing(replace(contest, freeze_id=None), event, at=at).parts
    reveals = [n for n, one in enumerate(event.states) if one.kind is Kind.REVEAL]
    last = max(reveals, default=-1)
    scenes = [
        _scene(contest, event, let_go[n] if reveals and n > last else parts[n], at=at)
        for n in range(len(event.states))
    ]
    is_final = event.is_rehearsal or contest.is_final(event.round_number)
    return Pack(contest=contest, event=event, scenes=scenes, made_at=at, is_final=is_final)


def _made(slug: str, number: int, address: str) -> Made:
    contest = contests.get_contest(slug)
    pack = get_pack(contest, get_event(contest, number), at=clock.now())
    db.session.rollback()
    content = pack_files.write(pack, address=address)
    return Made(
        name=pack_files.name_of(pack),
        content=content,
        digest=sha256(content).hexdigest(),
        is_final=pack.is_final,
    )


def _scene(contest: ContestCard, event: EventCard, part: Part, *, at: datetime) -> Scene:
    if part.state.kind is not Kind.REVEAL:
        return Scene(parts=[part], as_of=(part.board and part.board.as_of) or at)
    order = _whole(contest, event, part.state, at=at)
    return Scene(parts=_steps(part.state, order), as_of=order.at)


def _whole(contest: ContestCard, event: EventCard, state: State, *, at: datetime) -> Order:
    """Return what a reveal tells; before the close, of what everybody may see."""
    order = find_whole_order(contest, event, state, at=at)
    if order is not None:
        return order
    name = state.board
    if name == "units":
        name = f"units/{units.get_unit_by_id(contest.owner_unit_id).code}"
    seen = as_seen(replace(contest, freeze_id=None), at)
    wanted = Wanted(board=name, number=event.round_number, order=state.order)
    board = get_public_board(seen, wanted)
    rows = [row for row in board.rows if "rank" in row]
    return Order(rows=places_of(rows, top=state.top), is_final=board.is_final, at=board.as_of or at)


def _steps(state: State, order: Order) -> Sequence[Part]:
    """Return the state before its first place is told, and after each, from the last one up."""
    places = len(ranks_of(order.rows))
    parts = []
    for shown in range(places + 1):
        told = told_rows(order.rows, shown=shown)
        revealing = Revealing(
            places=places, shown=shown, is_final=order.is_final, told=told, coming=()
        )
        parts.append(Part(state=state, revealing=revealing, rows=told))
    return parts


def _record_asked(event: EventCard, *, actor: str, reason: str, at: datetime) -> None:
    told = checked_reason(reason)
    audit.record("event.pack", actor=actor, object=f"event:{event.id}", reason=told, at=at)


def _record_made(about: str, made: Made, *, actor: str) -> None:
    audit.record("event.packed", actor=actor, object=about, after=made.digest, at=clock.now())
