"""Vietnamese by default, English by `?lang=en`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, force_locale, gettext, ngettext
from markupsafe import Markup

from quizapp.errors import Refusal
from quizapp.said import Said, is_verbatim
from quizapp.vietnamese import VIETNAM

LANGUAGES = ("vi", "en")


def init_language(app: Flask) -> None:
    """Choose the language from the address alone, so that public pages stay equal for all."""
    Babel(app, locale_selector=language, default_locale="vi", default_timezone=str(VIETNAM))
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(translated, ngettext, newstyle=True)  # type: ignore[attr-defined] # added by the extension
    app.jinja_env.globals["_"] = _on_page
    app.jinja_env.filters["translated"] = translated
    app.jinja_env.filters["told"] = told
    app.jinja_env.tests["verbatim"] = is_verbatim
    app.jinja_env.globals["language"] = language
    app.jinja_env.globals["language_field"] = language_field

    @app.url_defaults
    def keep_language(_endpoint: str, values: dict[str, object]) -> None:
        if language() != "vi" and "lang" not in values:
            values["lang"] = language()


def language() -> str:
    """Return `vi` or `en` for this request; outside one `vi`, or what is spoken there."""
    if not has_request_context():
        return str(g.get("language", "vi")) if has_app_context() else "vi"
    kept = g.get("language")
    if kept is None:
        asked = request.args.get("lang", "vi") if request.query_string else "vi"
        kept = g.language = asked if asked in LANGUAGES else "vi"
    return str(kept)


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Let words outside of a request be of this language, as whoever asked for the work reads."""
    before = g.get("language")
    g.language = chosen
    try:
        with force_locale(chosen):
            yield
    finally:
        g.language = before or "vi"


def language_field() -> Markup:
    """Return the field that a form which is sent by GET needs: such a form drops its address's."""
    chosen = language()
    field = '<input type="hidden" name="lang" value="{}">'
    return Markup() if chosen == "vi" else Markup(field).format(chosen)  # noqa: S704 - our own text


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


def told(words: str) -> str:
    """Return what a rule or a reader said in the reader's language; a plain text as it stands."""
    if language() == "vi" or not isinstance(words, Said):
        return words
    return translated(words.text).format(**_facts_told(words.facts))


def words_of(refusal: Refusal) -> str:
    """Return the refusal's words in the reader's language."""
    return translated(refusal.text).format(**_facts_told(refusal.facts))


def _facts_told(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: told(fact) if isinstance(fact, Said) else fact for name, fact in facts.items()}
