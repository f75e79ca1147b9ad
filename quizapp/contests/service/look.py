"""How a contest looks: its colour, the picture on its page, and whom its people may call."""

from datetime import datetime

from sqlalchemy import delete, select, update

from quizapp.audit import service as audit
from quizapp.banks import service as banks
from quizapp.banks.rules import PictureFile
from quizapp.banks.service import SmallPicture
from quizapp.contests.errors import (
    BadBanner,
    BadColour,
    BadHotline,
    BannerOfOddShape,
    BannerTooLarge,
)
from quizapp.contests.models import Banner, Contest
from quizapp.contests.rules.colours import check_colour, read_colour
from quizapp.contests.service.cards import ContestCard
from quizapp.contests.service.changing import get_run_contest
from quizapp.db import db, upsert
from quizapp.errors import NotFound
from quizapp.people.service import OrganiserCard, check_hotline, read_hotline

LARGEST = 5 * 1024 * 1024  # bytes of a file that is brought
SIDE, MOST_BYTES = 960, 80_000  # pixels and bytes of what a phone gets
LEAST_WIDTH, WIDEST, TALLEST = 320, 6, 1  # a banner lies: 1 to 6 times as wide as high


def set_colour(organiser: OrganiserCard, contest: ContestCard, typed: str, *, at: datetime) -> None:
    """Give the contest a colour, or none for an empty text. Raises BadColour."""
    for words, fix in check_colour(typed):
        raise BadColour(words=words, fix=fix)
    colour = read_colour(typed)
    _update(contest, colour=colour)
    _note(organiser, contest, before=contest.colour, after=colour, at=at)


def set_hotline(
    organiser: OrganiserCard, contest: ContestCard, typed: str, *, at: datetime
) -> None:
    """Say whom people may call, or for an empty text that it is nobody. Raises BadHotline."""
    if check_hotline(typed):
        raise BadHotline
    hotline = read_hotline(typed)
    _update(contest, hotline=hotline)
    _note(organiser, contest, before=contest.hotline, after=hotline, at=at)


def expect_banner(organiser: OrganiserCard, slug: str) -> None:
    """Raise NotFound unless the organiser may bring one; before any transaction."""
    get_run_contest(organiser, slug)
    db.session.rollback()


def read_banner(content: bytes) -> SmallPicture:
    """Return the picture of a file, written anew and small.

    Reads no database: nobody waits meanwhile. Raises BadBanner, BannerOfOddShape, BannerTooLarge.
    """
    if len(content) > LARGEST:
        raise BannerTooLarge(megabytes=LARGEST // 2**20)
    try:
        small = banks.small_picture(content, side=SIDE, most=MOST_BYTES)
    except banks.BadPicture as error:
        raise BadBanner from error
    if small.width < LEAST_WIDTH or not TALLEST <= small.width / small.height <= WIDEST:
        raise BannerOfOddShape(width=LEAST_WIDTH)
    return small


def put_banner(
    organiser: OrganiserCard, contest: ContestCard, small: SmallPicture, *, at: datetime
) -> None:
    """Show a picture on the contest's page, in place of the one before."""
    file = small.file
    row = {"digest": file.digest, "media_type": file.media_type, "body": file.body}
    keep = upsert(Banner).values(row).on_conflict_do_nothing(index_elements=["digest"])
    db.session.execute(keep)
    size = {"banner_width": small.width, "banner_height": small.height}
    _update(contest, banner_digest=file.digest, **size)
    _note(organiser, contest, before=_digest(contest), after=file.digest, at=at)
    _forget_unused()


def take_banner_off(organiser: OrganiserCard, contest: ContestCard, *, at: datetime) -> None:
    """Show no picture on the contest's page."""
    _update(contest, banner_digest=None, banner_width=None, banner_height=None)
    _note(organiser, contest, before=_digest(contest), after=None, at=at)
    _forget_unused()


def get_banner(digest: str) -> PictureFile:
    """Return a banner. Raises NotFound."""
    columns = Banner.digest, Banner.media_type, Banner.body
    row = db.session.execute(select(*columns).where(Banner.digest == digest)).one_or_none()
    if row is None:
        raise NotFound
    return PictureFile(**row._asdict())


def _update(contest: ContestCard, **values: object) -> None:
    db.session.execute(update(Contest).where(Contest.id == contest.id).values(**values))


def _forget_unused() -> None:
    shown = select(Contest.banner_digest).where(Contest.banner_digest.is_not(None))
    db.session.execute(delete(Banner).where(Banner.digest.not_in(shown)))


def _digest(contest: ContestCard) -> str | None:
    return contest.banner.digest if contest.banner else None


def _note(
    organiser: OrganiserCard,
    contest: ContestCard,
    *,
    before: str | None,
    after: str | None,
    at: datetime,
) -> None:
    audit.record(
        "contest.look",
        actor=f"organiser:{organiser.id}",
        object=f"contest:{contest.id}",
        before=before,
        after=after,
        at=at,
    )
