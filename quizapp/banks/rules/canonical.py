"""The canonical form of a version, which its digest is over. Pure."""

import hashlib
import json
from collections.abc import Iterable

from quizapp.banks.rules import SCHEMA, Content


def digest_of(questions: Iterable[Content]) -> str:
    """Return the SHA-256 (64 hex digits) of the questions in their order.

    Title, note, file format and layout have no part in it: the same questions, the same digest.
    """
    body = {"schema": SCHEMA, "questions": [_canonical(question) for question in questions]}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(question: Content) -> dict[str, object]:
    starts, ends = question.valid_from, question.valid_to
    # Only where there are some: versions from before pictures keep their digest.
    pictures = {"pictures": [dict(one) for one in question.pictures]} if question.pictures else {}
    return pictures | {
        "code": question.code,
        "kind": question.kind,
        "stem": question.stem,
        "options": list(question.options),
        "right": question.right,
        "fixed_order": question.fixed_order,
        "topic": question.topic,
        "difficulty": question.difficulty,
        "explanation": question.explanation,
        "citations": [dict(citation) for citation in question.citations],
        "valid_from": starts.isoformat() if starts else None,
        "valid_to": ends.isoformat() if ends else None,
    }
