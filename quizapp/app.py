"""Put the application together."""

from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from jinja2 import StrictUndefined
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from quizapp import cli, tables  # noqa: F401 - tables registers every table with the metadata
from quizapp.attempts import admin as attempts_admin
from quizapp.attempts import bank_pages, certificates, practice, trials
from quizapp.attempts import views as attempts
from quizapp.backups.service import backup_age_s
from quizapp.banks import admin as banks_admin
from quizapp.banks import views as banks
from quizapp.config import Settings
from quizapp.contests import admin as contests_admin
from quizapp.contests import views as contests
from quizapp.contests.service import known_contest, known_contest_id
from quizapp.contests.theme import theme_style
from quizapp.db import init_db
from quizapp.errors import Refusal
from quizapp.events import admin as events_admin
from quizapp.events import views as events
from quizapp.keys import open_keys
from quizapp.people import job_pages
from quizapp.people.admin import blueprint as people
from quizapp.people.service import keep_met
from quizapp.people.sign_in import init_sign_in
from quizapp.press import admin as press_admin
from quizapp.privacy import admin as privacy_admin
from quizapp.privacy import views as privacy
from quizapp.results import admin as results_admin
from quizapp.results import views as results
from quizapp.results.service.live import keep_pulse
from quizapp.standings import views as standings
from quizapp.support import admin as support_admin
from quizapp.support import views as support
from quizapp.watch import init_watch
from quizapp.web.assets import (
    frames_ours,
    init_assets,
    inline_script,
    inline_style,
    linked_font,
    linked_script,
)
from quizapp.web.codes import code_of_id
from quizapp.web.figures import init_figures, keep_figures
from quizapp.web.flushing import init_flushing
from quizapp.web.formats import init_formats
from quizapp.web.guards import init_guards
from quizapp.web.headers import init_headers
from quizapp.web.health import health, report
from quizapp.web.language import init_language, words_of
from quizapp.web.lean import LeanFlask, Packing
from quizapp.web.metrics import at_own_port, metrics
from quizapp.web.noting import init_noting
from quizapp.web.parts import init_parts
from quizapp.web.pulse import init_pulse
from quizapp.web.refusing import HTTP_WORDS, OTHER_TROUBLE, init_refusing, refused_code

MAX_BODY = 256 * 1024
RETRY_AFTER_SECONDS = 3  # a PostgreSQL that was killed is back within one or two


def create_app(settings: Settings) -> Flask:
    """Return the application of one installation. Raises BadKeys when its keys cannot be used."""
    app = LeanFlask(__name__, instance_path=str(settings.instance))
    app.config.from_mapping(_config(settings))
    app.jinja_options = {**app.jinja_options, "undefined": StrictUndefined}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        inline_style=inline_style,
        inline_script=inline_script,
        linked_script=linked_script,
        linked_font=linked_font,
        frames_ours=frames_ours,
        theme_style=theme_style,
    )
    app.jinja_env.filters["support_code"] = code_of_id
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # of the default provider
    _init_extensions(app)
    if settings.proxy_hops:  # outermost: it tells all others what the proxy was asked
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign] # Flask's documented way
    if settings.metrics_port:
        app.wsgi_app = at_own_port(app.wsgi_app, settings)  # type: ignore[method-assign] # as above
    _register_views(app)
    _register_error_pages(app)
    cli.register(app)
    return app


def _config(settings: Settings) -> dict[str, object]:
    keys = open_keys(settings.instance)
    return {
        "SETTINGS": settings,
        "KEYS": keys,
        "SECRET_KEY": keys.derive("session"),
        "FORM_TOKEN_KEY": keys.derive("form token"),
        "CONTESTANT_KEY": keys.derive("contestant cookie"),
        "CERTIFICATE_KEY": keys.derive("certificate"),
        "RECEIPT_KEY": keys.derive("receipt"),
        "SUPPORT_KEY": keys.derive("support code"),
        "TESTING": settings.testing,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings.database_url),
        "SESSION_COOKIE_NAME": "quizapp_session",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # a form may stay open through a whole break
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY,
        "COMPRESS_MIMETYPES": ["text/html", "application/json", "text/css", "text/javascript"],
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_LEVEL": 4,
        "COMPRESS_BR_LEVEL": 4,
    }


def _engine_options(url: str) -> dict[str, object]:
    # Bound values are names and answers: an error with them in it would carry them into the logs.
    if url.startswith("sqlite"):
        return {"pool_size": 16, "max_overflow": 16, "hide_parameters": True}
    limits = "-c statement_timeout=30s -c lock_timeout=5s -c timezone=UTC"
    return {
        "hide_parameters": True,
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": 10,
        "connect_args": {"options": limits, "connect_timeout": 5},
    }


def _init_extensions(app: Flask) -> None:
    init_db(app)
    init_figures(app)
    init_flushing(app, keep_figures, keep_met, keep_pulse)
    init_noting(app)  # the first hook registered is the last to run
    init_language(app)
    init_formats(app)
    init_guards(app)
    init_refusing(app, known_contest_id)
    init_pulse(app)
    init_headers(app)
    init_parts(app)
    init_sign_in(app)
    Packing(app)
    init_assets(app)
    init_watch(app)


def _register_views(app: Flask) -> None:
    app.register_blueprint(attempts.bp)
    app.register_blueprint(attempts_admin.bp)
    app.register_blueprint(bank_pages.bp)
    app.register_blueprint(banks.bp)
    app.register_blueprint(banks_admin.bp)
    app.register_blueprint(contests.bp)
    app.register_blueprint(contests_admin.bp)
    app.register_blueprint(events.bp)
    app.register_blueprint(events_admin.bp)
    app.register_blueprint(health)
    app.register_blueprint(metrics)
    report(app, "backup_age_s", backup_age_s)
    app.register_blueprint(people)
    app.register_blueprint(job_pages.bp)
    app.register_blueprint(press_admin.bp)
    app.register_blueprint(privacy.bp)
    app.register_blueprint(privacy_admin.bp)
    app.register_blueprint(certificates.bp)
    app.register_blueprint(practice.bp)
    app.register_blueprint(results.bp)
    app.register_blueprint(results_admin.bp)
    app.register_blueprint(standings.bp)
    app.register_blueprint(support.bp)
    app.register_blueprint(support_admin.bp)
    app.register_blueprint(trials.bp)


def _register_error_pages(app: Flask) -> None:
    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> ResponseReturnValue:
        page = _refused(words_of(refusal), refusal.status, kind=type(refusal).__name__)
        response = make_response(page)
        response.headers.update(refusal.headers)
        return response

    @app.errorhandler(SecurityError)
    def unknown_host(error: SecurityError) -> ResponseReturnValue:
        # A page would link to addresses under the host that is not ours.
        return Response(gettext(HTTP_WORDS[400]), error.code, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        return _refused(gettext(HTTP_WORDS.get(code, OTHER_TROUBLE)), code, kind=f"Http{code}")

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(PoolTimeout)
    def database_away(error: Exception) -> ResponseReturnValue:
        # Whether a commit that was cut off took place is unknown: the same request again is safe.
        app.logger.warning("database away: %s", str(error).partition("\n")[0])
        response = make_response(_refused(gettext(HTTP_WORDS[503]), 503, kind="Http503"))
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response


def _refused(words: str, status: int, *, kind: str) -> ResponseReturnValue:
    g.pop("is_part", None)  # rendered before the commit that failed: this is no part any more
    code = refused_code(kind)
    if request.is_json or request.path.endswith(".json"):
        return {"error": words, "support": code}, status
    contest = known_contest(request.view_args or {})
    hotline = contest.hotline if contest else None
    return render_template("refused.html", text=words, code=code, hotline=hotline), status
