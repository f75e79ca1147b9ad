"""A reading as JSON, on its way from the process that read a file to the one that asked."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from datetime import date
from typing import Any

from quizapp.banks.errors import CannotRead
from quizapp.banks.rules import (
    Difficulty,
    Draft,
    Kind,
    PictureFile,
    Problem,
    Raw,
    Reading,
    Severity,
)

DAYS = ("valid_from", "valid_to")
MAPPINGS = ("citations", "pictures")
NAMED = ("options", "places", "doubts")


def packed(reading: Reading) -> bytes:
    """Return a reading in bytes; `unpacked` gives an equal one."""
    body = {
        "format": reading.format,
        "title": reading.title,
        "drafts": [_draft(draft) for draft in reading.drafts],
        "problems": [asdict(problem) for problem in reading.problems],
        "raws": [_raw(raw) for raw in reading.raws],
        "pictures": [
            asdict(picture) | {"body": b64encode(picture.body).decode()}
            for picture in reading.pictures
        ],
    }
    # Halves of pairs, of which no file keeps its own, would be no UTF-8.
    return json.dumps(body).encode()


def refused(refusal: CannotRead) -> bytes:
    """Return why a file cannot be read, in bytes."""
    return json.dumps({"reason": refusal.reason, "where": refusal.where}).encode()


def unpacked(told: bytes) -> Reading:
    """Return the reading. Raises CannotRead where that was told; ValueError for anything else."""
    body = json.loads(told)
    try:
        if "reason" in body:
            raise CannotRead(reason=str(body["reason"]), where=str(body["where"]))
        return Reading(
            format=body["format"],
            title=body["title"],
            drafts=tuple(_draft_told(draft) for draft in body["drafts"]),
            problems=tuple(
                Problem(**problem | {"severity": Severity(problem["severity"])})
                for problem in body["problems"]
            ),
            raws=tuple(_raw_told(raw) for raw in body["raws"]),
            pictures=tuple(
                PictureFile(**picture | {"body": b64decode(picture["body"])})
                for picture in body["pictures"]
            ),
        )
    except (TypeError, KeyError) as error:
        raise ValueError("no reading") from error


def _draft(draft: Draft) -> dict[str, Any]:
    # Not asdict: it copies every citation of 5,000 questions letter by letter.
    told = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    days = {name: _day(told[name]) for name in DAYS}
    lists = {name: [dict(one) for one in told[name]] for name in MAPPINGS}
    return told | days | lists


def _raw(raw: Raw) -> dict[str, Any]:
    told = {name: getattr(raw, name) for name in Raw.__dataclass_fields__}
    lists = {name: [dict(one) for one in told[name]] for name in MAPPINGS}
    return told | lists | {name: dict(told[name]) for name in NAMED}


def _raw_told(told: dict[str, Any]) -> Raw:
    lists = {name: tuple(told[name]) for name in MAPPINGS}
    return Raw(**told | lists | {"notes": tuple(map(tuple, told["notes"]))})


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _draft_told(told: dict[str, Any]) -> Draft:
    days = {name: date.fromisoformat(told[name]) if told[name] else None for name in DAYS}
    lists = {name: tuple(told[name]) for name in MAPPINGS}
    level = told["difficulty"]
    about: dict[str, Any] = {
        "kind": Kind(told["kind"]),
        "options": tuple(told["options"]),
        "difficulty": Difficulty(level) if level else None,
    }
    return Draft(**told | about | days | lists)
