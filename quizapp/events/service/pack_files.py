"""A ceremony as a zip: one page that a double click opens without a network, and how to use it."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from flask import render_template

from quizapp.contests.service import ContestCard
from quizapp.contests.sharing import qr
from quizapp.errors import N_
from quizapp.events.bodies import TRIAL, part_body
from quizapp.events.rules import Kind
from quizapp.events.service.reading import EventCard
from quizapp.events.service.showing import Part
from quizapp.web.assets import embedded_font
from quizapp.web.formats import local, moment
from quizapp.web.language import translated

AS_OF = N_("Số liệu tính đến %(moment)s")
INVENTED = N_("Số liệu bịa lúc %(moment)s")
PROVISIONAL = N_("TẠM XẾP")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A state with what it shows, step by step: one step of all but a reveal."""

    parts: Sequence[Part]
    as_of: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """An evening's states in order, with all that they will tell."""

    contest: ContestCard
    event: EventCard
    scenes: Sequence[Scene]
    made_at: datetime
    is_final: bool


def name_of(pack: Pack) -> str:
    """Return the file's name: the contest and when it was made."""
    trial = "-thu" if pack.event.is_rehearsal else ""
    return f"buoi-le-{pack.contest.slug}{trial}-{local(pack.made_at):%Y%m%d-%H%M}.zip"


def write(pack: Pack, *, address: str) -> bytes:
    """Return the zip. `address` is where people type the six digits; "" leaves that state out."""
    text = render_template(
        "events/pack_readme.txt", pack=pack, as_of=_as_of(pack, pack.made_at), mark=_mark(pack)
    )
    page = render_template(
        "events/pack.html",
        pack=pack,
        contest=pack.contest,
        event=pack.event,
        played=played(pack, has_address=bool(address)),
        embedded_font=embedded_font,
        qr=qr(address, border=0) if address else "",
        address=re.sub(r"^https?://", "", address).removesuffix(pack.event.code),
    )
    # With a mark of its encoding and its lines ended twice, the oldest editors show it right.
    readme = text.replace("\n", "\r\n").encode("utf-8-sig")
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in (("index.html", page.encode()), ("README.txt", readme)):
            entry = zipfile.ZipInfo(name, local(pack.made_at).timetuple()[:6])
            archive.writestr(entry, body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def played(pack: Pack, *, has_address: bool) -> Mapping[str, object]:
    """Return what the page plays: words and numbers ready to be shown, as screens read them."""
    scenes = [
        {
            "kind": one.parts[0].state.kind,
            "as_of": _as_of(pack, one.as_of),
            "bodies": [part_body(_without_time(part)) for part in one.parts],
        }
        for one in pack.scenes
        if has_address or one.parts[0].state.kind is not Kind.JOIN
    ]
    return {"mark": _mark(pack), "scenes": scenes}


def _mark(pack: Pack) -> str:
    """Return what stands on every state, "" of final results."""
    if pack.event.is_rehearsal or pack.contest.is_rehearsal:
        return translated(TRIAL)
    return "" if pack.is_final else translated(PROVISIONAL)


def _as_of(pack: Pack, at: datetime) -> str:
    return translated(INVENTED if pack.event.is_rehearsal else AS_OF) % {"moment": moment(at)}


def _without_time(part: Part) -> Part:
    """Return the part without of when it is: every state of a pack says that itself."""
    return part if part.board is None else replace(part, board=replace(part.board, as_of=None))
