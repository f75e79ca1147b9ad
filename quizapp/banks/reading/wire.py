"""A reading as JSON, on its way from the process that read a file to the one that asked."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from quizapp.banks.errors import CannotRead
from quizapp.banks.rules import Difficulty, Draft, Kind, PictureFile, Raw, Reading
from quizapp.banks.rules.mending import restored, restored_problem, stored, stored_problem
from quizapp.said import packed as packed_words
from quizapp.said import unpacked as unpacked_words

DAYS = ("valid_from", "valid_to")
MAPPINGS = ("citations", "pictures")


def packed(reading: Reading) -> bytes:
    """Return a reading in bytes; `unpacked` gives an equal one."""
    body = {
        "format": reading.format,
        "title": reading.title,
        "drafts": [_draft(draft) for draft in reading.drafts],
        "problems": [stored_problem(problem) for problem in reading.problems],
        "raws": [stored(raw) for raw in reading.raws],
        "pictures": [
            asdict(picture) | {"body": b64encode(picture.body).decode()}
            for picture in reading.pictures
        ],
    }
    # Halves of pairs, of which no file keeps its own, would be no UTF-8.
    return json.dumps(body).encode()


def refused(refusal: CannotRead) -> bytes:
    """Return why a file cannot be read, in bytes."""
    told = {"reason": packed_words(refusal.reason), "where": packed_words(refusal.where)}
    return json.dumps(told).encode()


def unpacked(told: bytes) -> Reading:
    """Return the reading. Raises CannotRead where that was told; ValueError for anything else."""
    try:
        body = json.loads(told)
        if "reason" in body:
            raise CannotRead(
                reason=unpacked_words(body["reason"]), where=unpacked_words(body["where"])
            )
        return Reading(
            format=body["format"],
            title=body["title"],
            drafts=tuple(_draft_told(draft) for draft in body["drafts"]),
            problems=tuple(map(restored_problem, body["problems"])),
            raws=tuple(map(_raw_told, body["raws"])),
            pictures=tuple(
                PictureFile(**picture | {"body": b64decode(picture["body"])})
                for picture in body["pictures"]
            ),
        )
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("no reading") from error


def _draft(draft: Draft) -> dict[str, Any]:
    # Not asdict: it copies every citation of 5,000 questions letter by letter.
    told = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    days = {name: _day(told[name]) for name in DAYS}
    lists = {name: [dict(one) for one in told[name]] for name in MAPPINGS}
    return told | days | lists | {"where": packed_words(draft.where)}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _raw_told(told: dict[str, Any]) -> Raw:
    raw = restored(told)
    return replace(raw, places=dict(raw.places))  # all are looked at while the reader can be blamed


def _draft_told(told: dict[str, Any]) -> Draft:
    days = {name: date.fromisoformat(told[name]) if told[name] else None for name in DAYS}
    lists = {name: tuple(told[name]) for name in MAPPINGS}
    level = told["difficulty"]
    about: dict[str, Any] = {
        "kind": Kind(told["kind"]),
        "options": tuple(told["options"]),
        "difficulty": Difficulty(level) if level else None,
        "where": unpacked_words(told["where"]),
    }
    return Draft(**told | about | days | lists)
