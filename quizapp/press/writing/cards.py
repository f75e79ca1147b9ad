"""Pictures to send on: one of the whole, and a card for each body, as chat programs show links."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence

from quizapp.press import words
from quizapp.press.rules import Line, Report
from quizapp.vietnamese import fold
from quizapp.web.drawing import DIM, GOLD, Sheet, Text

WIDTH, HEIGHT, MARGIN = 1200, 630, 72
BRAND = "Thi trực tuyến công đoàn"
FIRST_TIME = (1980, 1, 1, 0, 0, 0)  # of members of an archive: the same report, the same bytes
UNTIDY = re.compile("[^a-z0-9]+")
Told = Callable[[int, int], None]


def draw_summary(report: Report) -> bytes:
    """Return the picture of the whole as a PNG."""
    texts = [_title(report)]
    if report.people is None or report.attempts is None:
        texts += _kept_back(report)
    else:
        texts += [
            _large(words.of_people(report.people)),
            Text(words=words.of_attempts(report.attempts), largest=56, smallest=40, is_bold=True),
            Text(words=_who(report), largest=34, smallest=26, lines=2),
            Text(words=words.change(report), largest=28, smallest=20, ink=DIM),
        ]
    return _drawn(report, texts)


def draw_card(report: Report, line: Line) -> bytes:
    """Return the card of a body as a PNG."""
    texts = [
        _title(report),
        Text(words=words.name_of(line), largest=48, smallest=32, lines=2, is_bold=True),
    ]
    if not line.has_people:
        texts.append(Text(words=words.NOBODY, largest=52, smallest=40, ink=GOLD))
    elif line.people is None or line.attempts is None:
        told = f"Nhóm hạng {words.span(line.tier)} · {words.kind_title(line)}"
        texts.append(Text(words=told, largest=44, smallest=30, lines=2, ink=GOLD))
    else:
        texts += [_large(words.of_people(line.people)), _beside(report, line)]
    return _drawn(report, texts)


def draw_all(report: Report, told: Told) -> bytes:
    """Return an archive of the summary and the cards; `told` hears how many are drawn of all."""
    target, total = io.BytesIO(), len(report.lines)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # a PNG is packed already
        archive.writestr(_member("00-tong-hop.png"), draw_summary(report))
        for place, line in enumerate(report.lines, start=1):
            told(place, total)
            name = f"{place:03d}-{UNTIDY.sub('-', fold(line.name)).strip('-')[:60]}.png"
            archive.writestr(_member(name), draw_card(report, line))
    return target.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, FIRST_TIME)


def _title(report: Report) -> Text:
    return Text(words=words.subject(report), largest=32, smallest=24, lines=2, ink=DIM)


def _large(told: str) -> Text:
    return Text(words=told, largest=84, smallest=56, is_bold=True, ink=GOLD)


def _beside(report: Report, line: Line) -> Text:
    parts = [words.of_attempts(line.attempts or 0)]
    if line.rate is not None:
        parts.append(f"{words.rate(line.rate)} người thi trên 100 đoàn viên")
    if line.more_people and report.before is not None:
        since = words.as_of(report.before)
        parts.append(f"{words.more(line.more_people)} người thi so với {since}")
    return Text(words=" · ".join(parts), largest=34, smallest=26, lines=2)


def _who(report: Report) -> str:
    """Tell how many bodies take part; without any below the owner, how many are its own."""
    beside = words.beside_bodies(report)
    return words.taking_part(report) if report.lines or not beside else beside[0]


def _kept_back(report: Report) -> Sequence[Text]:
    return [
        Text(words=words.taking_part(report), largest=64, smallest=44, lines=2, is_bold=True),
        Text(words="Số người, số lượt: công bố khi chốt kết quả", largest=36, smallest=28, lines=2),
    ]


def _drawn(report: Report, texts: Sequence[Text]) -> bytes:
    sheet = Sheet(WIDTH, HEIGHT, margin=MARGIN)
    sheet.brand(f"{BRAND} · {words.until(report.as_of)}")
    sheet.put(texts, top=136, bottom=HEIGHT - 34, gap=14)
    return sheet.png()
