"""What the browser walks through: real units, the sample bank, contests in each state.

The server runs in a thread of this process, so that a test can move its clock and be its worker.
"""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import request, request_finished
from sqlalchemy import func, select
from werkzeug.serving import make_server

from quizapp import clock, worker
from quizapp.app import create_app
from quizapp.attempts.models import LateSheet
from quizapp.banks.models import BankReview
from quizapp.config import ROOT, Settings
from quizapp.contests import service as contests
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import NewContest
from quizapp.db import db, transaction
from quizapp.schema import upgrade
from quizapp.units import service as units
from tests.making import attempts, people, reviews
from tests.making.contests import NOON, body
from tests.making.units import loaded_catalogue

OWNER = "TLD"
BANK = "seed_ldcd_atvsld_2026"
TITLES = {
    "tuan-phap-luat": "Tìm hiểu Bộ luật Lao động, Luật Công đoàn và an toàn, vệ sinh lao động",
    "sap-mo": "Tháng Công nhân: người lao động với chính sách bảo hiểm xã hội",
    "da-dong": "Tìm hiểu pháp luật lao động năm 2026, đợt thi thử",
}
OPEN, COMING, OVER = TITLES
PEOPLE = (
    ("Nguyễn Thị Thanh Hoà", "P_HA_NOI", 20, 7),
    ("Trần Quốc Bảo", "P25_DONG_NAI_CITY", 20, 9),
    ("Lê Hoàng Phương Uyên", "S_DET_MAY", 19, 11),
    ("Phạm Văn Đức", "P25_HO_CHI_MINH", 18, 8),
    ("Y Blơm Niê Kđăm", "P25_DAK_LAK", 18, 8),
    ("Huỳnh Ngọc Như Quỳnh", "P25_CAN_THO", 17, 14),
    ("Đỗ Minh Khôi", "P25_HAI_PHONG", 16, 18),
    ("Võ Thị Ánh Tuyết", "P25_DA_NANG", 12, 19),
)


class ServerClock:
    """The application's clock: it runs, from noon of a day in the contest, and can be moved."""

    def __init__(self):
        self._began = time.monotonic()
        self.put_right()

    def put_right(self):
        self._moved = timedelta(0)

    def move(self, **span):
        self._moved += timedelta(**span)

    def now(self):
        return NOON + timedelta(seconds=time.monotonic() - self._began) + self._moved


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A served application with its clock; `url` has no slash at its end."""

    app: object
    url: str
    clock: ServerClock

    def make_boards(self):
        """Do what the worker process would do next."""
        with self.app.app_context():
            worker.run_once()

    def right_letters(self, page):
        """Return position → right letter of the paper the page shows."""
        public_id = page.url.partition("/a/")[2].partition("/")[0].partition("?")[0]
        with self.app.app_context():
            return attempts.right_letters(public_id)

    def attempt(self, page):
        """Return the stored attempt that the page shows."""
        public_id = page.url.partition("/a/")[2].partition("/")[0].partition("?")[0]
        with self.app.app_context():
            row = attempts.attempt_row(public_id)
            db.session.rollback()
            return row

    @contextmanager
    def until_saved(self):
        """Do what the block does; go on when the server has taken a save after it began."""
        taken = threading.Event()

        def note(_app, **_):
            if request.method == "PUT":
                taken.set()

        with request_finished.connected_to(note, self.app):
            yield
            assert taken.wait(30), "no save came"

    def late_sheet(self, page):
        """Return what was kept aside for the attempt that the page shows, or None."""
        row = self.attempt(page)
        with self.app.app_context():
            of_attempt = select(*LateSheet.__table__.c).where(LateSheet.attempt_id == row.id)
            late = db.session.execute(of_attempt).one_or_none()
            db.session.rollback()
            return late

    def review(self):
        """Return the path of a bank under review that has a question to mend and two alike."""
        with self.app.app_context():
            made = BankReview.public_id == reviews.REVIEWED
            is_made = db.session.scalar(select(func.count()).where(made))
            owner = units.find_unit(OWNER)
            db.session.rollback()
            if not is_made:
                reviews.made_review(owner, wrong=2, twin=3)
        return f"/admin/banks/reviews/{reviews.REVIEWED.hex()}"

    def invite_organiser(self, **fields):
        """Return the path of the set-up link of a new organiser of the contests here."""
        with self.app.app_context():
            unit = units.find_unit(OWNER)
            db.session.rollback()
            token = people.invited_organiser(at=self.clock.now(), unit=unit, **fields)
            return f"/setup/{token}"


def staged(folder):
    """Yield a Stage whose data lies in `folder`."""
    url = f"sqlite:///{folder / 'quizapp.sqlite3'}"
    app = create_app(Settings(instance=folder, database_url=url))
    ticking = ServerClock()
    _compile_words()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", ticking.now)
        with app.app_context():
            upgrade()
            loaded_catalogue()
        _import_bank(app)
        with app.app_context():
            _fill()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Stage(app=app, url=f"http://127.0.0.1:{server.server_port}", clock=ticking)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


def _compile_words():
    """Do what make does before it runs anything, for those who call pytest themselves."""
    translations = ROOT / "quizapp" / "translations"
    if all(_is_compiled(words) for words in translations.rglob("*.po")):
        return  # others, who run tests beside us, may be reading it
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "compile"]
    subprocess.run([*command, "--directory", str(translations)], check=True)


def _is_compiled(words):
    compiled = words.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= words.stat().st_mtime


def _import_bank(app):
    path = ROOT / "question_banks" / f"{BANK}.yaml"
    done = app.test_cli_runner().invoke(
        args=["banks", "import", str(path), "--bank", BANK, "--publish"]
    )
    assert done.exit_code == 0, done.output


def _fill():
    day = timedelta(days=1)
    week = Window(opens_at=NOON - day, closes_at=NOON + 5 * day)
    over = Window(opens_at=NOON - 9 * day, closes_at=NOON - 2 * day)
    _contest(OPEN, week, Window(opens_at=NOON + 6 * day, closes_at=NOON + 12 * day))
    _contest(COMING, Window(opens_at=NOON + 10 * day, closes_at=NOON + 20 * day))
    _contest(OVER, over)
    for slug, at in ((OPEN, NOON - day / 8), (OVER, NOON - 5 * day)):
        for number, one in enumerate(PEOPLE):
            _finished(slug, number, *one, at=at)
    worker.run_once()
    db.session.remove()


def _contest(slug, *windows):
    new = NewContest(
        slug=slug,
        title=TITLES[slug],
        preset="union_weekly_20x20",
        body=body(),
        bank=BANK,
        bank_number=None,
        owner=OWNER,
        controller="Tổng Liên đoàn Lao động Việt Nam",
        windows=windows,
    )
    with transaction():
        contests.create_contest(new, actor="system", at=NOON)


def _finished(slug, number, name, unit, right, minutes, *, at):
    contest = contests.get_contest(slug)
    unit_id = units.find_unit(unit).id
    db.session.rollback()
    phone = f"0987 6{number} 40 12"
    fields = {"name": name, "phone": phone, "unit_id": unit_id, "unit_text": None}
    person = people.person(contest.id, at=at, show_name=number != 3, **fields)
    attempts.finished(contest, person, right=right, minutes=minutes, at=at)
