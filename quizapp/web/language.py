"""Vietnamese by default, English by `?lang=en`; dates and numbers as people here write them."""

from datetime import datetime, timedelta
from decimal import Decimal

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, gettext, ngettext
from markupsafe import Markup

from quizapp.errors import N_, Refusal
from quizapp.vietnamese import VIETNAM

LANGUAGES = ("vi", "en")


def init_language(app: Flask) -> None:
    """Choose the language from the address alone, so that public pages stay equal for all."""
    Babel(app, locale_selector=language, default_locale="vi", default_timezone=str(VIETNAM))
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(translated, ngettext, newstyle=True)  # type: ignore[attr-defined] # added by the extension
    app.jinja_env.globals["_"] = _on_page
    app.jinja_env.filters.update(
        day=day,
        clock=clock_time,
        moment=moment,
        duration=duration,
        span=span,
        translated=translated,
        number=number,
        points=points,
        centi=centi,
    )
    app.jinja_env.globals["language"] = language

    @app.url_defaults
    def keep_language(_endpoint: str, values: dict[str, object]) -> None:
        if language() != "vi" and "lang" not in values:
            values["lang"] = language()


def language() -> str:
    """Return `vi` or `en` for this request; `vi` outside one."""
    if not has_request_context():
        return "vi"
    kept = g.get("language")
    if kept is None:
        asked = request.args.get("lang", "vi")
        kept = g.language = asked if asked in LANGUAGES else "vi"
    return str(kept)


def translated(text: str) -> str:
    """Return the words in the reader's language; Vietnamese ones are the texts themselves.

    A page has dozens of them, and looking one up costs 40 µs.
    """
    return text if language() == "vi" else str(gettext(text))


def _on_page(text: str, **facts: object) -> Markup:
    """Return what `_("…", name=value)` says on a page, whose texts are HTML; the facts are not.

    What the extension has in its place asks the template's context for each text: twice the cost.
    """
    said = Markup(translated(text))  # noqa: S704 - our own texts
    return said % facts if "%" in said else said


def words_of(refusal: Refusal) -> str:
    """Return the refusal's words in the reader's language."""
    return translated(refusal.text).format(**refusal.facts)


def local(at: datetime) -> datetime:
    """Return the moment in Vietnam's zone."""
    return at.astimezone(VIETNAM)


def day(at: datetime) -> str:
    """`22/11/2026`"""
    return f"{local(at):%d/%m/%Y}"


def clock_time(at: datetime) -> str:
    """`19:30`"""
    return f"{local(at):%H:%M}"


def moment(at: datetime) -> str:
    """`19:30 ngày 22/11/2026`"""
    return translated(N_("%(time)s ngày %(day)s")) % {"time": clock_time(at), "day": day(at)}


def duration(milliseconds: int) -> str:
    """`12 phút 05 giây`, whole seconds, rounded down."""
    minutes, seconds = divmod(timedelta(milliseconds=milliseconds) // timedelta(seconds=1), 60)
    return translated(N_("%(m)s phút %(s)s giây")) % {"m": minutes, "s": f"{seconds:02d}"}


def number(value: int | Decimal) -> str:
    """`1.234.567` or `12,5` in Vietnamese, `1,234,567` or `12.5` in English."""
    text = f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if language() == "vi" else text


def centi(hundredths: int) -> str:
    """Return a number that is stored in hundredths, with two decimals: `58,33`."""
    text = f"{Decimal(hundredths) / 100:,.2f}"
    return text.translate(str.maketrans(",.", ".,")) if language() == "vi" else text


def span(ends: tuple[int, int]) -> str:
    """`57`, or `1.200–1.299` where only the ends are told."""
    first, last = ends
    return number(first) if first == last else f"{number(first)}–{number(last)}"


def points(milli: int) -> str:
    """Return points, stored as thousandths, with as many decimals as they need (at most 3)."""
    return number((Decimal(milli) / 1000).normalize() if milli % 1000 else Decimal(milli // 1000))
