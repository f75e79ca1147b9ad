"""What the contest's page says of time given, stopped or taken out, a line each."""

from datetime import datetime, timedelta

from quizapp.contests.rules.regulation import closing, opening
from quizapp.contests.service import RoundCard
from quizapp.errors import N_
from quizapp.said import Said, said
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam


def line_of_extra(one: RoundCard, unit_id: int | None, seconds: int, *, at: datetime) -> Said:
    """Say for whom time is added, and that it goes past the round's end."""
    return said(
        N_(
            "{round}: thêm {length} cho {whose} đang làm và bắt đầu từ nay, kể cả quá giờ đóng"
            " vòng."
        ),
        round=one.title,
        length=length_words(seconds),
        whose=_whose(unit_id, at=at),
    )


def line_of_withdrawal(
    one: RoundCard, unit_id: int | None, seconds: int, *, granted_at: datetime, at: datetime
) -> Said:
    return said(
        N_(
            "{round}: {whose} bắt đầu từ nay không còn được thêm {length} như đã báo lúc {granted};"
            " bài đã bắt đầu vẫn được."
        ),
        round=one.title,
        whose=_whose(unit_id, at=at),
        length=length_words(seconds),
        granted=opening(granted_at),
    )


def line_of_pause(one: RoundCard, *, at: datetime) -> Said:
    return said(
        N_(
            "{round}: tạm dừng từ {since}. Không bài nào hết giờ, chưa ai bắt đầu bài mới; khi thi"
            " tiếp, mọi bài đang làm và giờ đóng vòng lùi lại đúng khoảng đã dừng."
        ),
        round=one.title,
        since=opening(at),
    )


def line_of_resumption(
    one: RoundCard, length: timedelta, *, closes: datetime, at: datetime
) -> Said:
    return said(
        N_(
            "{round}: thi tiếp từ {since}. Mọi bài đang làm được lùi hạn {length}; vòng đóng lúc"
            " {closes}."
        ),
        round=one.title,
        since=opening(at),
        length=length_words(length // timedelta(seconds=1)),
        closes=closing(closes),
    )


def line_of_outage(
    one: RoundCard, began: datetime, ended: datetime, *, closes: datetime | None
) -> Said:
    """Say what stretch counts for nobody; `closes` is when the round ends now, if that changed."""
    line = said(
        N_(
            "{round}: khoảng từ {began} đến {ended} không tính vào giờ làm bài của ai, kể cả bài đã"
            " nộp."
        ),
        round=one.title,
        began=opening(began),
        ended=opening(ended),
    )
    if closes is None:
        return line
    return said(N_("{line} Vòng đóng lúc {closes}."), line=line, closes=closing(closes))


def length_words(seconds: int) -> Said:
    """`10 phút`, `2 phút 05 giây`"""
    minutes, rest = divmod(seconds, 60)
    if not rest:
        return said(N_("{minutes} phút"), minutes=minutes)
    return said(N_("{minutes} phút {seconds} giây"), minutes=minutes, seconds=f"{rest:02d}")


def _whose(unit_id: int | None, *, at: datetime) -> Said:
    if unit_id is None:
        return said(N_("mọi bài"))
    name = units.get_cards([unit_id], on=day_in_vietnam(at))[unit_id].name
    return said(N_("bài của {unit} và cấp dưới"), unit=name)
