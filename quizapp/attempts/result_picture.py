"""A person's own result as a picture to send on: what the rules show, the name as consented."""

from flask import Response
from flask_babel import gettext

from quizapp.attempts.service.outcome import Outcome
from quizapp.web.drawing import DIM, GOLD, Sheet, Text
from quizapp.web.formats import day, duration, points

WIDTH, HEIGHT, MARGIN = 1080, 1080, 84


def result_picture(found: Outcome, shown_name: str, *, is_kept: bool) -> Response:
    """Return the PNG; `is_kept`: as a file to keep, for browsers that save no picture of a page."""
    response = Response(_drawn(found, shown_name), mimetype="image/png")
    kind = "attachment" if is_kept else "inline"
    name = f"ket-qua-{found.slug}-{found.round_number}-{found.number}.png"
    response.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    return response


def result_words(found: Outcome) -> str:
    """Return what the picture says of the result, for who cannot see it."""
    return ", ".join(text.words for text in _result(found))


def _drawn(found: Outcome, shown_name: str) -> bytes:
    sheet = Sheet(WIDTH, HEIGHT, margin=MARGIN)
    sheet.brand(gettext("Thi trực tuyến công đoàn"))
    sheet.put(
        [
            Text(words=found.contest_title, largest=56, smallest=36, lines=3, ink=DIM),
            Text(words=shown_name, largest=76, smallest=40, lines=3, is_bold=True),
            *_result(found),
            Text(words=_when(found), largest=36, smallest=28, lines=2, ink=DIM),
        ],
        top=180,
        bottom=HEIGHT - 60,
        gap=34,
    )
    return sheet.png()


def _result(found: Outcome) -> list[Text]:
    took = duration(found.duration_ms)
    if found.points_milli is None:
        done = gettext("Đã hoàn thành bài thi")
        return [
            Text(words=done, largest=84, smallest=56, lines=2, is_bold=True, ink=GOLD),
            Text(words=took, largest=44, smallest=32),
        ]
    told = gettext("%(points)s điểm", points=points(found.points_milli))
    right = gettext("Đúng %(right)s câu", right=f"{found.right_count}/{found.asked}")
    return [
        Text(words=told, largest=132, smallest=64, is_bold=True, ink=GOLD),
        Text(words=f"{right} · {took}", largest=44, smallest=32, lines=2),
    ]


def _when(found: Outcome) -> str:
    return f"{found.round_title} · {day(found.submitted_at)}"
