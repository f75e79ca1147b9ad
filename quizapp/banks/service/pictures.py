"""Pictures of questions: kept under the digest of their bytes, gone when no version shows them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, insert, select

from quizapp.banks.errors import MissingPictures
from quizapp.banks.models import Picture, VersionPicture
from quizapp.banks.reading.pictures import Checked as SmallPicture
from quizapp.banks.reading.pictures import checked
from quizapp.banks.rules import Content, PictureFile
from quizapp.db import db, upsert
from quizapp.errors import NotFound

# Longer than a file on its way to a version is kept.
UNUSED_FOR = timedelta(days=60)


def keep_pictures(files: Iterable[PictureFile], *, at: datetime) -> None:
    """Keep the pictures of a file that was read; those known already stay as they are."""
    rows = [
        {
            "digest": file.digest,
            "media_type": file.media_type,
            "body": file.body,
            "kept_at": at,
        }
        for file in sorted(files, key=lambda file: file.digest)
    ]
    keep = upsert(Picture)
    for row in rows:  # one by one: a statement with a hundred pictures is as large as the file
        statement = keep.values(row)
        again = {"kept_at": statement.excluded.kept_at}
        db.session.execute(statement.on_conflict_do_update(index_elements=["digest"], set_=again))


def small_picture(body: bytes, *, side: int, most: int) -> SmallPicture:
    """Return a picture decoded and written anew, its sides at most so many pixels, itself at most
    so many bytes. Raises BadPicture.
    """
    return checked(body, side=side, most=most)


def get_picture(digest: str) -> PictureFile:
    """Return a picture. Raises NotFound."""
    columns = Picture.digest, Picture.media_type, Picture.body
    row = db.session.execute(select(*columns).where(Picture.digest == digest)).one_or_none()
    if row is None:
        raise NotFound
    return PictureFile(**row._asdict())


def forget_unused_pictures(*, at: datetime) -> None:
    """Throw pictures away that no version shows and no file has brought for long."""
    shown = select(VersionPicture.digest)
    old = Picture.kept_at < at - UNUSED_FOR
    db.session.execute(delete(Picture).where(old, Picture.digest.not_in(shown)))


def link_pictures(version_id: int, questions: Iterable[Content]) -> None:
    """Let the version hold the pictures of its questions. Raises MissingPictures."""
    asked = {picture["digest"] for one in questions for picture in one.pictures}
    if not asked:
        return
    missing = asked - set(_known(asked))
    if missing:
        raise MissingPictures(count=len(missing))
    rows = [{"bank_version_id": version_id, "digest": digest} for digest in sorted(asked)]
    db.session.execute(insert(VersionPicture), rows)


def damaged_pictures(version_id: int) -> list[str]:
    """Return the digests of the version's pictures whose bytes are no longer what was published."""
    query = (
        select(Picture.digest, Picture.body)
        .join(VersionPicture, VersionPicture.digest == Picture.digest)
        .where(VersionPicture.bank_version_id == version_id)
        .order_by(Picture.digest)
    )
    rows = db.session.execute(query)
    return [digest for digest, body in rows if sha256(body).hexdigest() != digest]


def _known(digests: Collection[str]) -> Iterable[str]:
    listed = sorted(digests)
    for start in range(0, len(listed), 500):  # SQLite takes 999 values in a statement
        some = listed[start : start + 500]
        yield from db.session.scalars(select(Picture.digest).where(Picture.digest.in_(some)))
