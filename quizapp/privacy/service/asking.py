"""What people do about their own data: the page does it at once, or an organiser is asked."""

from dataclasses import dataclass
from datetime import datetime

from quizapp.attempts.service import erasing as attempts
from quizapp.attempts.service.notices import may_win
from quizapp.audit import service as audit
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.rules.entry import Problems, check_birth_year, check_name, check_unit
from quizapp.people.service import PersonCard, PersonState, Purpose
from quizapp.privacy.errors import AlreadyAsked, BadWish
from quizapp.privacy.rules import Field, Kind
from quizapp.privacy.service import erasing
from quizapp.privacy.service.own import corrects_at_once
from quizapp.privacy.service.requests import Wanted, has_open, note_done, note_open
from quizapp.standings.service.names import note_names_changed
from quizapp.vietnamese import one_line


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """The PIN that was typed, and the internet address it came from."""

    pin: str
    source: str


def show_name(person: PersonCard, proof: Proof, *, version: str, at: datetime) -> None:
    """Show the whole name on boards from the worker's next pass on.

    Others may hold the phone, so the PIN is asked. Raises WrongOwnPin, TooManyTries.
    """
    people.check_own_pin(person, proof.pin, source=proof.source, at=at)
    if people.give_consent(person.id, Purpose.SHOW_NAME, version=version, at=at):
        note_names_changed(person.contest_id, at=at)
        _log("privacy.agree", person, at=at)


def hide_name(person: PersonCard, *, at: datetime) -> None:
    """Show the masked name on boards from the worker's next pass on: as easy as can be."""
    if people.withdraw_consent(person.id, Purpose.SHOW_NAME, at=at):
        note_done(person, Wanted(kind=Kind.WITHDRAW, field=Purpose.SHOW_NAME), at=at)
        note_names_changed(person.contest_id, at=at)
        _log("privacy.withdraw", person, at=at)


def stop_taking_part(person: PersonCard, proof: Proof, *, at: datetime) -> None:
    """Let somebody who proves it leave: no attempt any more, those of open rounds do not count.

    What is final stays as it is, under the masked name.
    Raises WrongOwnPin, TooManyTries, NotSubmittedYet.
    """
    people.check_own_pin(person, proof.pin, source=proof.source, at=at)
    person = people.lock_person(person.id)
    attempts.check_none_runs([person.id])
    if not people.withdraw_consent(person.id, Purpose.TAKE_PART, at=at):
        return
    people.withdraw_consent(person.id, Purpose.SHOW_NAME, at=at)
    if person.state is PersonState.ACTIVE:
        people.set_state(person.id, PersonState.VOID)
        attempts.leave_open_rounds(person.id, at=at)
    note_names_changed(person.contest_id, at=at)
    note_done(person, Wanted(kind=Kind.WITHDRAW, field=Purpose.TAKE_PART), at=at)
    _log("privacy.withdraw", person, at=at)


def ask_correction(person: PersonCard, field: Field, typed: str, *, at: datetime) -> bool:
    """Correct what nothing rests on yet; else ask the organisers. Say whether it is done.

    Raises BadWish, AlreadyAsked.
    """
    text = one_line(typed)
    problems = _problems(field, text, at=at)
    if problems:
        raise BadWish(problem=problems[0][1])
    person = people.lock_person(person.id)
    wanted = Wanted(kind=Kind.CORRECT, field=field, wanted=text)
    if not corrects_at_once(person):
        if has_open(person.id, wanted):
            raise AlreadyAsked
        note_open(person, wanted, at=at)
        _log("privacy.ask", person, at=at)
        return False
    _correct(person, field, text)
    note_done(person, wanted, at=at)
    _log("privacy.correct", person, at=at)
    return True


def open_export(person: PersonCard, proof: Proof, *, at: datetime) -> None:
    """Let somebody who proves it take everything with them. Raises WrongOwnPin, TooManyTries."""
    people.check_own_pin(person, proof.pin, source=proof.source, at=at)
    note_done(person, Wanted(kind=Kind.EXPORT), at=at)
    _log("privacy.export", person, at=at)


def erase_own(contest: ContestCard, person: PersonCard, proof: Proof, *, at: datetime) -> bool:
    """Erase somebody who proves who they are, with all entries merged with theirs; say whether it
    is done. Who may get a prize, and anybody with a result while standings are frozen,
    is asked about: the organisers settle the awards first.

    Raises WrongOwnPin, TooManyTries, NotSubmittedYet, AlreadyAsked.
    """
    people.check_own_pin(person, proof.pin, source=proof.source, at=at)
    ids = people.get_merged_ids(person.id)
    wanted = Wanted(kind=Kind.ERASE)
    if may_win(contest, ids[0], at=at):
        attempts.check_none_runs(ids)
        if has_open(person.id, wanted):
            raise AlreadyAsked
        note_open(person, wanted, at=at)
        _log("privacy.ask", person, at=at)
        return False
    note_done(person, wanted, at=at)
    erasing.erase(contest, ids, at=at)
    _log("privacy.erase", person, at=at)
    return True


def _correct(person: PersonCard, field: Field, text: str) -> None:
    if field is Field.NAME:
        people.set_name(person.id, text)
    elif field is Field.BIRTH_YEAR:
        people.set_birth_year(person.id, int(text))
    else:
        people.declare_unit(person.id, person.contest_id, text)
    db.session.expire_all()  # cards are read by columns, facts by row


def _problems(field: Field, text: str, *, at: datetime) -> Problems:
    if field is Field.NAME:
        return check_name(text)
    if field is Field.UNIT:
        return check_unit(None, text)
    year = int(text) if text.isascii() and text.isdecimal() else 0
    return check_birth_year(year, at=at)


def _log(action: str, person: PersonCard, *, at: datetime) -> None:
    me = f"person:{person.id}"
    audit.record(action, actor=me, object=me, at=at)
