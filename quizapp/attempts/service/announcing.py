"""What the contest's page says of time given, stopped or taken out, in Vietnamese, a line each."""

from datetime import datetime, timedelta

from quizapp.contests.rules.regulation import closing, opening
from quizapp.contests.service import RoundCard
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam

GOES_ON = "mọi bài đang làm và giờ đóng vòng lùi lại đúng khoảng đã dừng"


def line_of_extra(one: RoundCard, unit_id: int | None, seconds: int, *, at: datetime) -> str:
    """Say for whom time is added, and that it goes past the round's end."""
    return (
        f"{one.title}: thêm {length_words(seconds)} cho {_whose(unit_id, at=at)} đang làm và bắt"
        " đầu từ nay, kể cả quá giờ đóng vòng."
    )


def line_of_withdrawal(
    one: RoundCard, unit_id: int | None, seconds: int, *, granted_at: datetime, at: datetime
) -> str:
    return (
        f"{one.title}: {_whose(unit_id, at=at)} bắt đầu từ nay không còn được thêm"
        f" {length_words(seconds)} như đã báo lúc {opening(granted_at)}; bài đã bắt đầu vẫn được."
    )


def line_of_pause(one: RoundCard, *, at: datetime) -> str:
    return (
        f"{one.title}: tạm dừng từ {opening(at)}. Không bài nào hết giờ, chưa ai bắt đầu bài mới;"
        f" khi thi tiếp, {GOES_ON}."
    )


def line_of_resumption(one: RoundCard, length: timedelta, *, closes: datetime, at: datetime) -> str:
    return (
        f"{one.title}: thi tiếp từ {opening(at)}. Mọi bài đang làm được lùi hạn"
        f" {length_words(length // timedelta(seconds=1))}; vòng đóng lúc {closing(closes)}."
    )


def line_of_outage(
    one: RoundCard, began: datetime, ended: datetime, *, closes: datetime | None
) -> str:
    """Say what stretch counts for nobody; `closes` is when the round ends now, if that changed."""
    later = f" Vòng đóng lúc {closing(closes)}." if closes else ""
    return (
        f"{one.title}: khoảng từ {opening(began)} đến {opening(ended)} không tính vào giờ làm bài"
        f" của ai, kể cả bài đã nộp.{later}"
    )


def length_words(seconds: int) -> str:
    """`10 phút`, `2 phút 05 giây`"""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} phút {rest:02d} giây" if rest else f"{minutes} phút"


def _whose(unit_id: int | None, *, at: datetime) -> str:
    if unit_id is None:
        return "mọi bài"
    name = units.get_cards([unit_id], on=day_in_vietnam(at))[unit_id].name
    return f"bài của {name} và cấp dưới"
