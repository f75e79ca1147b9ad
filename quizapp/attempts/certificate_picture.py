"""The certificate as a picture: who took part in what, and the code by which it is checked."""

import segno
from flask import Response
from flask_babel import gettext

from quizapp.attempts.service.certifying import Certificate
from quizapp.web.drawing import DIM, GOLD, Sheet, Text
from quizapp.web.formats import day

WIDTH, HEIGHT, MARGIN = 1080, 1440, 84
QR_SIDE = 300


def certificate_picture(found: Certificate, address: str, *, is_kept: bool) -> Response:
    """Return the PNG; `address`: where its code is checked, for cameras. `is_kept`: as a file."""
    response = Response(_drawn(found, address), mimetype="image/png")
    kind = "attachment" if is_kept else "inline"
    name = f"giay-xac-nhan-{found.slug}-{found.code}.png"
    response.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    return response


def _drawn(found: Certificate, address: str) -> bytes:
    sheet = Sheet(WIDTH, HEIGHT, margin=MARGIN)
    sheet.brand(gettext("Thi trực tuyến công đoàn"))
    title = gettext("Giấy xác nhận dự thi")
    took = gettext("đã dự thi %(round)s của cuộc thi", round=found.round_title)
    texts = [
        Text(words=title, largest=72, smallest=48, lines=2, is_bold=True, ink=GOLD),
        Text(words=found.name, largest=84, smallest=40, lines=3, is_bold=True),
        Text(words=found.unit or "", largest=44, smallest=30, lines=3, ink=DIM),
        Text(words=took, largest=40, smallest=30, lines=2),
        Text(words=found.contest_title, largest=56, smallest=34, lines=4, is_bold=True),
        Text(words=day(found.submitted_at), largest=40, smallest=32, ink=DIM),
    ]
    texts = [text for text in texts if text.words]
    sheet.put(texts, top=170, bottom=HEIGHT - QR_SIDE - 150, gap=26)
    sheet.squares(segno.make(address, error="m", micro=False).matrix, side=QR_SIDE, above=60)
    code = [
        Text(words=gettext("Mã kiểm tra"), largest=32, smallest=28, ink=DIM),
        *(
            Text(words=half, largest=52, smallest=40, is_bold=True)
            for half in (found.code[:9], found.code[10:])
        ),
    ]
    sheet.put(code, top=HEIGHT - QR_SIDE - 60, bottom=HEIGHT - 60, gap=8)
    return sheet.png()
