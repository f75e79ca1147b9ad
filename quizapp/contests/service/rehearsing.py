"""Rehearsals: a contest of its own that many people try, with the rules of one that is to come.

It has its own address, people, papers and boards, so no count of the other contest can meet it.
What is shared, by copying, are rules and questions; see docs/decisions.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from quizapp.audit import service as audit
from quizapp.banks import service as banks
from quizapp.banks.service import BankCard
from quizapp.contests import rules
from quizapp.contests.errors import DraftMovedOn, NotYetWhole
from quizapp.contests.models import Contest, ContestKind
from quizapp.contests.rules.in_force import Ruling
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service.cards import ContestCard
from quizapp.contests.service.changing import get_run_contest
from quizapp.contests.service.comparing import count_shared
from quizapp.contests.service.creating import NewContest, create_contest
from quizapp.contests.service.drafting import look_at, whole_contest
from quizapp.contests.service.drafts import DraftCard, get_draft, newest_body
from quizapp.contests.service.practice import get_asked, is_asked_in_earnest
from quizapp.db import db, end_reads
from quizapp.errors import N_
from quizapp.people.errors import BadEntry
from quizapp.people.service import OrganiserCard
from quizapp.units import service as units

LONGEST_HOURS = 72
TITLE = "Thi thử: {title}"  # stored: everybody reads it as it was made
REASON = "thi thử"
LONGEST_OWN = 48  # letters of the other contest's address
BAD_HOURS = N_("Ghi số giờ mở, từ 1 đến 72.")
NO_BANK = N_("Hãy chọn một ngân hàng đã công bố.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """What a rehearsal takes over: everything but address, hours and perhaps the questions.

    `draft` is what was looked at, None where a contest is rehearsed.
    """

    new: NewContest
    source: str  # as the log names it: "contest:3"
    draft: DraftCard | None = None


def get_rehearsed(organiser: OrganiserCard, slug: str) -> Rehearsed:
    """Return what a rehearsal of a contest takes over. Raises NotFound."""
    contest = get_run_contest(organiser, slug)
    version = banks.get_version(contest.rounds[-1].bank_version_id)
    preset = db.session.scalars(select(Contest.preset).where(Contest.id == contest.id)).one()
    new = NewContest(
        slug=contest.slug,
        title=contest.title,
        preset=preset,
        body=json.loads(newest_body(contest.id)),
        bank=version.bank_code,
        bank_number=version.number,
        owner=units.get_unit_by_id(contest.owner_unit_id).code,
        controller=contest.controller,
        controller_address=contest.controller_address,
        controller_contact=contest.controller_contact,
        hotline=contest.hotline,
        windows=(),
    )
    return Rehearsed(new=new, source=f"contest:{contest.id}")


def get_rehearsed_draft(organiser: OrganiserCard, public_id: str, *, at: datetime) -> Rehearsed:
    """Return what a rehearsal of a draft takes over. Raises NotFound, NotYetWhole.

    Before any transaction: a large bank takes a while to look through. `check_unchanged` follows.
    """
    draft = get_draft(organiser, public_id)
    outlook = look_at(organiser, draft, at=at)
    whole_contest(outlook)
    if outlook.new is None:
        raise NotYetWhole
    end_reads()
    return Rehearsed(new=outlook.new, source=f"draft:{draft.id}", draft=draft)


def check_unchanged(organiser: OrganiserCard, rehearsed: Rehearsed) -> None:
    """Raise DraftMovedOn when somebody changed the draft since it was looked at, or NotFound."""
    seen = rehearsed.draft
    if seen is None:
        return
    now = get_draft(organiser, seen.public_id)
    if (now.typed, now.slug) != (seen.typed, seen.slug):
        raise DraftMovedOn(who=now.changed_by)


def get_banks_to_rehearse(organiser: OrganiserCard, rehearsed: Rehearsed) -> Sequence[BankCard]:
    """Return the banks whose questions may be asked, the contest's own first."""
    found = banks.get_banks_of(organiser)
    return sorted(found, key=lambda one: one.code != rehearsed.new.bank)


def compare_for_rehearsal(
    organiser: OrganiserCard, rehearsed: Rehearsed, bank: str, *, at: datetime
) -> None:
    """Compare the questions of a rehearsal with all that are still to be asked, before it opens."""
    known = {one.code: one for one in banks.get_banks_of(organiser)}
    if bank in known and banks.writes_bank(organiser, bank):
        _is_to_be_asked(known[bank], rehearsed.new, at=at)
        get_asked(known[bank].newest.id, at=at)


def begin_rehearsal(
    organiser: OrganiserCard, rehearsed: Rehearsed, *, hours: str, bank: str, at: datetime
) -> ContestCard:
    """Open a rehearsal at once, of one round, for so many hours; return it.

    Raises BadEntry, and what `create_contest` raises. No right answer is ever revealed of questions
    that are still to be asked, by this contest or another, nor of a bank that others write.
    """
    length = _hours(hours)
    known = {one.code: one for one in banks.get_banks_of(organiser)}
    if bank not in known:
        raise BadEntry([("bank", NO_BANK)])
    tells = banks.writes_bank(organiser, bank) and not _is_to_be_asked(
        known[bank], rehearsed.new, at=at
    )
    window = Window(opens_at=at, closes_at=at + timedelta(hours=length))
    new = replace(
        _with_questions(rehearsed.new, bank, tells_answers=tells),
        slug=_hidden_slug(rehearsed.new.slug),
        title=TITLE.format(title=rehearsed.new.title),
        kind=ContestKind.REHEARSAL,
        windows=(window,),
        ruling=rehearsed.new.ruling or Ruling(is_asked=False, reason=REASON),
        regulation_number=None,
        regulation_date=None,
    )
    actor = f"organiser:{organiser.id}"
    contest = create_contest(new, actor=actor, at=at)
    audit.record(
        "contest.rehearse",
        actor=actor,
        object=f"contest:{contest.id}",
        after={"of": rehearsed.source, "bank": bank, "hours": length},
        at=at,
    )
    return contest


def _is_to_be_asked(bank: BankCard, new: NewContest, *, at: datetime) -> bool:
    """Tell whether the contest or any live one asks questions of the bank, or some like them."""
    own = banks.find_version(new.bank, new.bank_number)
    is_own = bank.code == new.bank or (own is not None and count_shared(bank.newest.id, own.id) > 0)
    return is_own or is_asked_in_earnest(bank.newest.id, at=at)


def _with_questions(new: NewContest, bank: str, *, tells_answers: bool) -> NewContest:
    """Return the contest with this bank, and the rules that follow from whose questions it has."""
    body = rules.spelled_out(new.body)
    if not tells_answers:
        body |= {"reveal.answers": "never"}
    if bank == new.bank:
        return replace(new, body=body)
    # Topics are another bank's: as many questions, of whatever topic.
    return replace(new, body=body | {"paper.quota": {}}, bank=bank, bank_number=None)


def _hours(typed: str) -> int:
    text = typed.strip()
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= LONGEST_HOURS):
        raise BadEntry([("hours", BAD_HOURS)])
    return int(text)


def _hidden_slug(slug: str) -> str:
    """Return an address that nobody guesses who knows the contest's: no list leads to it."""
    return f"{slug[:LONGEST_OWN].strip('-')}-thi-thu-{secrets.token_hex(3)}"
