"""An organiser's home: what is prepared, what runs, and what is to be done next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.backups.service import Latest, get_latest
from quizapp.contests import service
from quizapp.contests.admin.routes import bp
from quizapp.contests.rules.drafts import Step
from quizapp.contests.rules.progress import RoundNow, State, rehearsal_state_at, state_at
from quizapp.contests.service import ContestCard, DraftCard
from quizapp.db import writes
from quizapp.people.forms import ButtonForm
from quizapp.people.rules.policy import Permission
from quizapp.people.service import OrganiserCard, may, may_somewhere, sees
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.units import service as units

LOOKED_AT = 5  # drafts, each in ten statements


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A contest on the home page: its state, the round that it is about, and what to look at."""

    contest: ContestCard
    state: State
    round_number: int
    is_seen: bool
    is_run: bool
    warnings: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preparing:
    """A draft on the home page: how many things are left to do, and the first step with one.

    `left` is None for one that was not looked through; its last step tells.
    """

    draft: DraftCard
    left: int | None
    next_step: Step


@bp.get("/admin")
@organisers_only
def home() -> ResponseReturnValue:
    """Show the contests of the units that the organiser was granted, and their state now."""
    organiser, now = current_organiser(), clock.now()
    granted = [grant.unit_id for grant in organiser.grants]
    shows_archive = "archive" in request.args
    contests = service.get_contests_within(granted)
    drafts = service.get_drafts(organiser)
    return render_template(
        "contests/home.html",
        organiser=organiser,
        standings=_standings(
            organiser, [one for one in contests if one.is_archived == shows_archive], now
        ),
        drafts=_preparing(
            organiser, [one for one in drafts if one.is_archived == shows_archive], now
        ),
        archived=sum(one.is_archived for one in contests) + sum(one.is_archived for one in drafts),
        shows_archive=shows_archive,
        holds=may_somewhere(organiser, Permission.RUN_CONTESTS),
        grants=may_somewhere(organiser, Permission.GRANT_ROLES),
        decides=may_somewhere(organiser, Permission.DECIDE),
        reads_log=may_somewhere(organiser, Permission.READ_AUDIT),
        backup=_backup(organiser, now),
        above=service.get_contests_above(granted),
        form=ButtonForm(formdata=None),
        now=now,
    )


@bp.post("/admin/c/<slug>/clone")
@writes
@organisers_only
def clone(slug: str) -> ResponseReturnValue:
    """Begin a draft with the same rules."""
    ButtonForm().check()
    contest = service.get_contest(slug)
    public_id = service.clone_contest(current_organiser(), contest, at=clock.now())
    return redirect(url_for("contests_admin.draft", public_id=public_id, step=Step.BASICS), 303)


@bp.post("/admin/c/<slug>/archive")
@writes
@organisers_only
def archive(slug: str) -> ResponseReturnValue:
    """Put a contest that is over away, or bring it back."""
    ButtonForm().check()
    service.archive_contest(current_organiser(), service.get_contest(slug), at=clock.now())
    return redirect(url_for("contests_admin.home"), 303)


@bp.post("/admin/drafts/<public_id>/archive")
@writes
@organisers_only
def archive_draft(public_id: str) -> ResponseReturnValue:
    """Put a draft away, or bring it back."""
    ButtonForm().check()
    service.archive_draft(current_organiser(), public_id, at=clock.now())
    return redirect(url_for("contests_admin.home"), 303)


def _backup(organiser: OrganiserCard, now: datetime) -> Latest | None:
    """Tell those who answer for the whole installation how its backups stand; others nothing."""
    if not may_somewhere(organiser, Permission.GRANT_ROLES):
        return None
    root = units.find_root()
    if root is None or not may(organiser, Permission.GRANT_ROLES, root.id):
        return None
    return get_latest(at=now)


def _standings(
    organiser: OrganiserCard, contests: Sequence[ContestCard], now: datetime
) -> list[Standing]:
    states = [_state(one, now) for one in contests]
    alive = [
        one for one, (state, _) in zip(contests, states, strict=True) if state is not State.CLOSED
    ]
    warnings = service.get_warnings(alive, at=now)
    duties = service.get_duties(organiser, contests, at=now)
    return [
        Standing(
            contest=contest,
            state=state,
            round_number=number,
            is_seen=sees(organiser, contest.owner_unit_id),
            is_run=may(organiser, Permission.RUN_CONTESTS, contest.owner_unit_id),
            warnings=[*warnings.get(contest.id, ()), *duties[contest.id]],
        )
        for contest, (state, number) in zip(contests, states, strict=True)
    ]


def _state(contest: ContestCard, now: datetime) -> tuple[State, int]:
    rounds = [
        RoundNow(
            number=one.number,
            window=one.window,
            is_paused=one.paused_at is not None,
            is_final=one.closed_at is not None,
        )
        for one in contest.rounds
    ]
    judge = rehearsal_state_at if contest.is_rehearsal else state_at
    return judge(rounds, now)


def _preparing(
    organiser: OrganiserCard, drafts: Sequence[DraftCard], now: datetime
) -> list[Preparing]:
    """Look through the drafts that were changed last; the others are only named."""
    found = []
    for number, draft in enumerate(drafts):
        if number < LOOKED_AT:
            problems = service.look_at(organiser, draft, at=now).problems
            next_step = problems[0].step if problems else Step.CHECK
            found.append(Preparing(draft=draft, left=len(problems), next_step=next_step))
        else:
            found.append(Preparing(draft=draft, left=None, next_step=Step.CHECK))
    return found
