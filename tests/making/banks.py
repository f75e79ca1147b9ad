"""Published banks for tests."""

from datetime import UTC, datetime

from quizapp.banks import service
from quizapp.banks.rules import Draft, Kind
from quizapp.db import transaction

PUBLISHED_AT = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)


def draft(number=1, **fields):
    """Return a complete question; the right option changes with its number."""
    given = {
        "number": number,
        "where": f"dòng {number}",
        "code": f"CAU-{number:03d}",
        "kind": Kind.SINGLE,
        "stem": f"Câu hỏi số {number}: thời hạn là bao nhiêu ngày?",
        "options": tuple(f"{number * 10 + place} ngày" for place in range(4)),
        "right": 1 << number % 4,
        "fixed_order": False,
        "topic": "Hợp đồng lao động",
    }
    return Draft(**given | fields)


def several(number=1, **fields):
    """Return a complete question with two right options, which change with its number."""
    right = 1 << number % 4 | 1 << (number + 1 + number % 2) % 4
    return draft(number, **{"kind": Kind.MULTIPLE, "right": right} | fields)


def drafts(questions=30, *, topics=("Hợp đồng lao động",), **fields):
    """Return that many questions, the topics taking turns."""
    return [
        draft(number, **{"topic": topics[(number - 1) % len(topics)]} | fields)
        for number in range(1, questions + 1)
    ]


def published(
    questions=30,
    *,
    code="luat-lao-dong",
    title="Ngân hàng câu hỏi thử",
    topics=("Hợp đồng lao động",),
    at=PUBLISHED_AT,
    **fields,
):
    """Publish a bank of that many questions; return the card of its version."""
    return published_drafts(
        drafts(questions, topics=topics, **fields), code=code, title=title, at=at
    )


def published_drafts(chosen, *, code, title="Ngân hàng câu hỏi thử", at=PUBLISHED_AT):
    """Publish a bank of these very questions; return the card of its version."""
    with transaction():
        made = service.publish_version(code, chosen, title=title, at=at)
        return service.get_version(made.version_id)
