"""`make run`: prepare the installation, then keep the web server and the worker running."""

import errno
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click
import segno
from flask import Flask
from sqlalchemy.exc import DBAPIError

from quizapp import clock
from quizapp.app import create_app
from quizapp.commands import database_trouble
from quizapp.config import ROOT, BadSetting, Settings
from quizapp.db import db, transaction
from quizapp.keys import BadKeys
from quizapp.people import service as people
from quizapp.schema import Schema, schema, upgrade
from quizapp.supervise import keep_running
from quizapp.units import service as units

ANY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to
BANKS = ROOT / "question_banks"
ROOT_UNIT = "TLD"
FIRST_PHONE = "0900000000"  # a name to sign in with; nothing is ever sent to it


class NotReady(Exception):
    """The installation cannot be served; the message says what to do about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Something to load before serving: what it is called, and the `flask` command that does it."""

    title: str
    command: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """Where people find the product; `phone` is None when no phone can reach this machine."""

    here: str
    phone: str | None


@click.command()
@click.option("--check", is_flag=True, help="Only say whether the installation can be served.")
def main(*, check: bool) -> None:
    """Prepare the installation and serve it until a signal ends it."""
    # A supervisor's SIGTERM and a person's Ctrl-C mean the same.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        settings = Settings.from_env()
        if check:
            check_ready(create_app(settings))
            return
        check_ports(settings)
        app = create_app(settings)
        prepare(app)
        path = load(app, steps())
        organiser = invite(app, settings)
    except (BadSetting, BadKeys, NotReady) as trouble:
        sys.exit(f"quizapp: {trouble}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(keep_running(settings, welcome=lambda: greet(settings, path, organiser)))


def check_ports(settings: Settings) -> None:
    """Raise NotReady unless this machine lets us listen on every port that is asked for."""
    check_port(settings.host, settings.port)
    if settings.metrics_port:
        check_port("127.0.0.1", settings.metrics_port)


def check_port(host: str, port: int) -> None:
    """Raise NotReady unless this machine lets us listen on the port now."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise NotReady(
                f"cổng {port} đang được chương trình khác dùng; hãy chọn cổng khác, ví dụ:"
                f" PORT={port % 65535 + 1} make run / port {port} is taken"
            ) from error
        raise NotReady(
            f"không mở được cổng {port} tại {host} / cannot listen on {host}:{port}"
            f" ({error.strerror})"
        ) from error


def prepare(app: Flask) -> None:
    """Bring the database to this code's tables. Raises NotReady when that cannot be done."""
    with app.app_context():
        try:
            if schema() in {Schema.EMPTY, Schema.BEHIND}:
                click.echo("• Dựng cơ sở dữ liệu")
                upgrade()
        except DBAPIError as error:
            raise NotReady(database_trouble(error)) from error
        finally:
            db.engine.dispose()
    check_ready(app)


def check_ready(app: Flask) -> None:
    """Raise NotReady unless the database answers, holds this code's tables and fits its keys."""
    with app.app_context():
        try:
            _check_schema(schema())
            with transaction():
                people.check_keys()
        except DBAPIError as error:
            raise NotReady(database_trouble(error)) from error
        finally:
            # What is started next are other processes: no connection may cross into them.
            db.engine.dispose()


def _check_schema(found: Schema) -> None:
    if found is Schema.UNKNOWN:
        raise NotReady(
            "cơ sở dữ liệu thuộc phiên bản mới hơn chương trình này; hãy cập nhật chương trình"
            " / the database was migrated by a newer version of this program"
        )
    if found is not Schema.AT_HEAD:
        raise NotReady(
            "cơ sở dữ liệu chưa được dựng hoặc chưa nâng cấp; hãy chạy: flask --app wsgi db upgrade"
            f" / the database is not migrated ({found})"
        )


def steps() -> list[Step]:
    """Return what a new installation starts with, in order; each does nothing a second time."""
    banks = [
        Step(
            title=f"Bộ câu hỏi {path.stem}",
            command=("banks", "import", str(path), "--bank", path.stem, "--publish"),
        )
        for path in sorted(BANKS.glob("*.yaml"))
    ]
    return [
        Step(title="Danh mục đơn vị", command=("units", "load")),
        *banks,
        Step(title="Cuộc thi mẫu", command=("demo", "load")),
    ]


def load(app: Flask, given: Sequence[Step]) -> str:
    """Run the steps; return the path that the last one gave, or `/`. Raises NotReady on failure."""
    outcome: object = None
    for step in given:
        click.echo(f"• {step.title}")
        outcome = _run(app, step)
    return outcome if isinstance(outcome, str) else "/"


def _run(app: Flask, step: Step) -> object:
    try:
        with app.app_context():
            outcome = app.cli.main([*step.command], prog_name="flask", standalone_mode=False)
    except click.ClickException as error:
        raise NotReady(f"{step.title}: {error.format_message()}") from error
    except click.Abort as error:
        raise KeyboardInterrupt from error
    if isinstance(outcome, int) and outcome:
        raise NotReady(f"{step.title}: lệnh kết thúc với mã {outcome}")
    return outcome


def invite(app: Flask, settings: Settings) -> str:
    """Say what the organiser does next: choose a password while nobody has one, else sign in.

    The link works once and is stored nowhere, so each start until then makes a new one.
    """
    base = addresses(settings, lan=None).here
    sign_in = f"Ban tổ chức đăng nhập: {base}/signin"
    with app.app_context():
        if people.has_organiser():
            return sign_in
        db.session.rollback()
        with transaction():
            added = people.add_organiser(_first_organiser(), actor="command:run", at=clock.now())
    if added.link is None:
        return sign_in
    return (
        "Ban tổ chức đặt mật khẩu lần đầu (liên kết dùng một lần, đừng chuyển cho người khác):\n"
        f"  {base}/setup/{added.link.token}\n"
        f"Sau đó đăng nhập tại {base}/signin bằng số {FIRST_PHONE}"
    )


def _first_organiser() -> people.NewOrganiser:
    root = units.find_unit(ROOT_UNIT)
    if root is None:
        raise NotReady(f"danh mục đơn vị không có {ROOT_UNIT} / no unit {ROOT_UNIT}")
    return people.NewOrganiser(
        phone=FIRST_PHONE, name="Ban tổ chức", unit_id=root.id, role=people.Role.OWNER
    )


def greet(settings: Settings, path: str, organiser: str) -> None:
    """Say where the product is: for this machine, for phones, and for the organiser."""
    where = addresses(settings, lan=lan_address())
    click.echo(f"\nMở trên máy này: {where.here}{path}")
    if where.phone:
        click.echo(f"Mở trên điện thoại cùng mạng: {where.phone}{path}\n")
        segno.make(where.phone + path, error="l", micro=False).terminal(compact=True, border=2)
    click.echo(f"\n{organiser}\n\nDừng: Ctrl-C\n")


def addresses(settings: Settings, *, lan: str | None) -> Addresses:
    """Return where the product is found; `lan` is this machine's address in its own network."""
    if settings.trusted_hosts:
        scheme = "https" if settings.https else "http"
        port = "" if settings.proxy_hops else f":{settings.port}"
        public = f"{scheme}://{settings.trusted_hosts[0].lstrip('.')}{port}"
        return Addresses(here=public, phone=public)
    if settings.host in ANY_ADDRESS:
        phone = f"http://{lan}:{settings.port}" if lan else None
        return Addresses(here=f"http://localhost:{settings.port}", phone=phone)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    only = f"http://{host}:{settings.port}"
    is_own = settings.host in {"localhost", "::1"} or settings.host.startswith("127.")
    return Addresses(here=only, phone=None if is_own else only)


def lan_address() -> str | None:
    """Return the address under which this machine's network knows it, or None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # An address that is nobody's (RFC 5737); a datagram socket sends nothing to connect.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith("127.") else address


if __name__ == "__main__":
    main()
