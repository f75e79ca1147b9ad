"""Contests that are being prepared: begun, saved as they are typed, put away."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, update

from quizapp.audit import service as audit
from quizapp.contests import rules
from quizapp.contests.errors import (
    DraftChanged,
    DraftIsApproved,
    DraftTooLong,
    NoSuchPreset,
    SavedElsewhere,
)
from quizapp.contests.models import Contest, ContestDraft, RuleSet
from quizapp.contests.rules import asking
from quizapp.contests.rules.drafts import Step, digest_of, is_too_long, of_step, put_in
from quizapp.contests.service.cards import ContestCard
from quizapp.contests.service.creating import get_presets, read_preset
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.models import Organiser
from quizapp.people.rules.policy import Permission
from quizapp.people.service import OrganiserCard, get_unit_ids_where, may
from quizapp.units import service as units

ID_BYTES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftCard:
    """A draft with all that is typed; `slug` is of the contest it became, None before."""

    id: int
    public_id: str
    unit_id: int
    preset: str
    typed: Mapping[str, str]
    changed_at: datetime
    changed_by: str
    is_archived: bool
    slug: str | None

    @property
    def title(self) -> str:
        return self.typed.get("title", "").strip()

    def seen(self, step: Step) -> str:
        """Return what a form of this step sends back, to tell whether somebody else was faster."""
        return digest_of(of_step(self.typed, step))


def begin_draft(
    organiser: OrganiserCard, *, unit_code: str, preset: str, title: str, at: datetime
) -> str:
    """Begin a draft with a preset's rules; return its public id. Raises NotFound, NoSuchPreset."""
    unit = units.find_unit(unit_code)
    if unit is None or not may(organiser, Permission.RUN_CONTESTS, unit.id):
        raise NotFound
    if preset not in get_presets():
        raise NoSuchPreset(name=preset, names=", ".join(get_presets()))
    typed = typed_preset(preset) | {"title": title, "unit": unit.code}
    return _add(organiser, unit.id, preset, typed, at=at)


def clone_contest(organiser: OrganiserCard, contest: ContestCard, *, at: datetime) -> str:
    """Begin a draft with the rules of a contest, without its rounds; return its public id.

    Raises NotFound unless the organiser runs contests of its owner.
    """
    if not may(organiser, Permission.RUN_CONTESTS, contest.owner_unit_id):
        raise NotFound
    row = db.session.execute(select(Contest).where(Contest.id == contest.id)).scalar_one()
    body = json.loads(newest_body(contest.id))
    owner = units.get_unit_by_id(contest.owner_unit_id)
    typed = asking.typed_rules(body) | {
        "title": contest.title,
        "unit": owner.code,
        "controller": contest.controller,
        "controller_address": contest.controller_address,
        "controller_contact": contest.controller_contact,
        "hotline": contest.hotline or "",
        "colour": contest.colour or "",
        "retention_months": str(contest.retention_months),
    }
    return _add(organiser, owner.id, row.preset, typed, at=at)


def typed_preset(preset: str) -> dict[str, str]:
    """Return what would be typed for a preset's rules."""
    body = read_preset(preset, over={})
    body.pop("rounds", None)
    return asking.typed_rules(rules.spelled_out(body))


def get_draft(organiser: OrganiserCard, public_id: str) -> DraftCard:
    """Return a draft that the organiser may work on. Raises NotFound."""
    return _card(_get_row(organiser, _of(public_id)))


def get_drafts(organiser: OrganiserCard) -> Sequence[DraftCard]:
    """Return the drafts not approved yet that the organiser may work on, last changed first."""
    granted = set(get_unit_ids_where(organiser, Permission.RUN_CONTESTS))
    rows = db.session.execute(
        _named()
        .where(ContestDraft.contest_id.is_(None))
        .order_by(ContestDraft.changed_at.desc(), ContestDraft.id.desc())
    ).all()
    lines = units.get_lines({row.ContestDraft.unit_id for row in rows})
    return [_card(row) for row in rows if granted & set(lines[row.ContestDraft.unit_id])]


def save_step(
    organiser: OrganiserCard,
    public_id: str,
    step: Step,
    sent: Mapping[str, str],
    *,
    seen: str,
    at: datetime,
) -> DraftCard:
    """Keep what one step sends, right or wrong; return the draft as it is then.

    Raises NotFound, DraftIsApproved, DraftTooLong, and DraftChanged when this step was changed
    since it was shown (SavedElsewhere: perhaps by oneself): nothing of either is lost.
    """
    row = _lock(organiser, public_id)
    typed = json.loads(row.ContestDraft.body)
    mine = put_in(typed, step, sent)
    # The same again is a save whose answer was lost on the way, and no conflict.
    if digest_of(of_step(typed, step)) != seen and mine != typed:
        is_last = row.ContestDraft.changed_by == organiser.id
        raise SavedElsewhere(who=row.name) if is_last else DraftChanged(who=row.name)
    return _store(organiser, row, mine, at=at)


def replace_step(
    organiser: OrganiserCard, public_id: str, step: Step, typed: Mapping[str, str], *, at: datetime
) -> DraftCard:
    """Put other texts in a step: a preset's rules, a generated schedule. Raises as `save_step`."""
    row = _lock(organiser, public_id)
    return _store(organiser, row, put_in(json.loads(row.ContestDraft.body), step, typed), at=at)


def use_preset(organiser: OrganiserCard, public_id: str, preset: str, *, at: datetime) -> DraftCard:
    """Put the rules of a preset in place of those typed. Raises NotFound, NoSuchPreset."""
    if preset not in get_presets():
        raise NoSuchPreset(name=preset, names=", ".join(get_presets()))
    row = _lock(organiser, public_id)
    typed = json.loads(row.ContestDraft.body)
    kept = {name: text for name, text in typed.items() if asking.knob_of(name) is None}
    row.ContestDraft.preset = preset
    return _store(organiser, row, kept | typed_preset(preset), at=at)


def archive_draft(organiser: OrganiserCard, public_id: str, *, at: datetime) -> None:
    """Put a draft away, or bring it back when it was. Raises NotFound, DraftIsApproved."""
    row = _lock(organiser, public_id)
    is_back = row.ContestDraft.archived_at is not None
    row.ContestDraft.archived_at = None if is_back else at
    audit.record(
        "draft.unarchive" if is_back else "draft.archive",
        actor=f"organiser:{organiser.id}",
        object=f"draft:{row.ContestDraft.id}",
        at=at,
    )


def lock_draft(organiser: OrganiserCard, public_id: str) -> DraftCard:
    """Return a draft that nobody else changes until the transaction ends."""
    return _card(_lock(organiser, public_id))


def mark_approved(draft_id: int, contest_id: int, *, at: datetime) -> None:
    """Bind a draft to the contest it has become."""
    approved = {"contest_id": contest_id, "approved_at": at}
    db.session.execute(update(ContestDraft).where(ContestDraft.id == draft_id).values(**approved))


def _add(
    organiser: OrganiserCard, unit_id: int, preset: str, typed: Mapping[str, str], *, at: datetime
) -> str:
    draft = ContestDraft(
        public_id=secrets.token_bytes(ID_BYTES),
        unit_id=unit_id,
        preset=preset,
        body=_body(typed),
        created_at=at,
        changed_at=at,
        changed_by=organiser.id,
    )
    db.session.add(draft)
    db.session.flush()  # the log needs draft.id
    audit.record(
        "draft.begin",
        actor=f"organiser:{organiser.id}",
        object=f"draft:{draft.id}",
        after=draft.body,
        at=at,
    )
    return draft.public_id.hex()


def _store(
    organiser: OrganiserCard, row: Row[Any], typed: Mapping[str, str], *, at: datetime
) -> DraftCard:
    if is_too_long(typed):
        raise DraftTooLong
    draft = row.ContestDraft
    before, draft.body = draft.body, _body(typed)
    if draft.body != before:
        draft.changed_at, draft.changed_by = at, organiser.id
        draft.unit_id = _unit_id(organiser, typed) or draft.unit_id
        audit.record(
            "draft.save",
            actor=f"organiser:{organiser.id}",
            object=f"draft:{draft.id}",
            before=before,
            after=draft.body,
            at=at,
        )
    return _card(row)


def _unit_id(organiser: OrganiserCard, typed: Mapping[str, str]) -> int | None:
    """Return the unit that is chosen, if the organiser may run its contests: it owns the draft."""
    unit = units.find_unit(typed.get("unit", ""))
    if unit is None or not may(organiser, Permission.RUN_CONTESTS, unit.id):
        return None
    return unit.id


def _body(typed: Mapping[str, str]) -> str:
    cleaned = {name: text.replace("\0", "") for name, text in typed.items()}
    return json.dumps(cleaned, ensure_ascii=False, sort_keys=True)


def newest_body(contest_id: int) -> str:
    """Return the newest rules of a contest, as they are stored."""
    newest = select(RuleSet.body).where(RuleSet.contest_id == contest_id)
    return db.session.scalars(newest.order_by(RuleSet.number.desc()).limit(1)).one()


def _lock(organiser: OrganiserCard, public_id: str) -> Row[Any]:
    draft = (
        _of(public_id).with_for_update(of=ContestDraft).execution_options(populate_existing=True)
    )
    row = _get_row(organiser, draft)
    if row.ContestDraft.contest_id is not None:
        raise DraftIsApproved
    return row


def _get_row(organiser: OrganiserCard, wanted: Select[*tuple[Any, ...]]) -> Row[Any]:
    row = db.session.execute(wanted).one_or_none()
    if row is None or not may(organiser, Permission.RUN_CONTESTS, row.ContestDraft.unit_id):
        raise NotFound
    return row


def _of(public_id: str) -> Select[*tuple[Any, ...]]:
    try:
        raw = bytes.fromhex(public_id)
    except ValueError:
        raise NotFound from None
    return _named().where(ContestDraft.public_id == raw)


def _named() -> Select[*tuple[Any, ...]]:
    return (
        select(ContestDraft, Organiser.name, Contest.slug)
        .join(Organiser, Organiser.id == ContestDraft.changed_by)
        .outerjoin(Contest, Contest.id == ContestDraft.contest_id)
    )


def _card(row: Row[Any]) -> DraftCard:
    draft = row.ContestDraft
    return DraftCard(
        id=draft.id,
        public_id=draft.public_id.hex(),
        unit_id=draft.unit_id,
        preset=draft.preset,
        typed=json.loads(draft.body),
        changed_at=draft.changed_at,
        changed_by=row.name,
        is_archived=draft.archived_at is not None,
        slug=row.slug,
    )
