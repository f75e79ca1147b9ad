"""Dates, times, numbers and lengths as people write them; every page takes them from here.

`22/11/2026`, `19:30`, `1.234.567`, `12,3 %`, `12 phút 05 giây`; in English the same dates and
times, `1,234,567` and `12.3%`. Names are ordered by `quizapp.vietnamese`, given name first.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from flask import Flask
from markupsafe import Markup

from quizapp.errors import N_
from quizapp.vietnamese import VIETNAM
from quizapp.web.language import language, translated

SEPARATORS = str.maketrans(",.", ".,")
NO_BREAK = "\xa0"


def init_formats(app: Flask) -> None:
    """Give templates the formats as filters."""
    app.jinja_env.filters.update(
        centi=centi,
        clock=clock_time,
        day=day,
        duration=duration,
        in_zone=in_zone,
        kilobytes=kilobytes,
        milliseconds=milliseconds,
        moment=moment,
        number=number,
        percent=percent,
        points=points,
        span=span,
        tel=tel,
        second=second,
        until=until,
    )


def local(at: datetime) -> datetime:
    """Return the moment in Vietnam's zone."""
    return at.astimezone(VIETNAM)


def last_day(end: datetime) -> str:
    """Return the last day before a moment: `22/11/2026` for 00:00 of the 23rd."""
    return day(end - timedelta(microseconds=1))


def day(at: date) -> str:
    """`22/11/2026`; of a moment, its day in Vietnam."""
    return f"{local(at) if isinstance(at, datetime) else at:%d/%m/%Y}"


def clock_time(at: datetime) -> str:
    """`19:30`"""
    return f"{local(at):%H:%M}"


def tel(number: str) -> Markup:
    """Return a phone number as a link that a phone calls."""
    return Markup('<a href="tel:{}">{}</a>').format(number.replace(" ", ""), number)


def second(at: datetime) -> str:
    """`19:30:05`"""
    return f"{local(at):%H:%M:%S}"


def moment(at: datetime) -> str:
    """`19:30 ngày 22/11/2026`"""
    return translated(N_("%(time)s ngày %(day)s")) % {"time": clock_time(at), "day": day(at)}


def milliseconds(at: datetime) -> int:
    """`1795320000000`: for scripts."""
    return int(at.timestamp() * 1000)


def until(at: datetime) -> str:
    """`19:30 ngày 22/11/2026 (giờ Việt Nam)`: a deadline names its zone."""
    return in_zone(moment(at))


def in_zone(time: str) -> str:
    """`19:30 (giờ Việt Nam)`"""
    return translated(N_("%(time)s (giờ Việt Nam)")) % {"time": time}


def duration(milliseconds: int) -> str:
    """`12 phút 05 giây`, whole seconds, rounded down."""
    minutes, seconds = divmod(timedelta(milliseconds=milliseconds) // timedelta(seconds=1), 60)
    return translated(N_("%(m)s phút %(s)s giây")) % {"m": minutes, "s": f"{seconds:02d}"}


def number(value: int | Decimal) -> str:
    """`1.234.567` or `12,5` in Vietnamese, `1,234,567` or `12.5` in English."""
    return _separated(f"{value:,}")


def centi(hundredths: int) -> str:
    """Return a number that is stored in hundredths, with two decimals: `58,33`."""
    return _separated(f"{Decimal(hundredths) / 100:,.2f}")


def percent(hundredths: int) -> str:
    """Return a share that is stored in hundredths of a percent: `12,3 %`; in English `12.3%`.

    As many decimals as it needs, at most two.
    """
    share = _separated(f"{(Decimal(hundredths) / 100).normalize():,f}")
    return f"{share}{NO_BREAK}%" if language() == "vi" else f"{share}%"


def kilobytes(size: int) -> str:
    """`1.200 KB`, whole ones, at least 1; `size` in bytes."""
    return f"{number(max(1, round(size / 1024)))}{NO_BREAK}KB"


def span(ends: tuple[int, int]) -> str:
    """`57`, or `1.200–1.299` where only the ends are told."""
    first, last = ends
    return number(first) if first == last else f"{number(first)}–{number(last)}"


def points(milli: int) -> str:
    """Return points, stored as thousandths, with as many decimals as they need (at most 3)."""
    return number((Decimal(milli) / 1000).normalize() if milli % 1000 else Decimal(milli // 1000))


def _separated(text: str) -> str:
    """Return a number as Python writes it with commas, as the reader's language writes it."""
    return text.translate(SEPARATORS) if language() == "vi" else text
