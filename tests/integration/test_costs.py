"""What each page may cost, in one table: a request that costs more fails.

Counted is only what repeats exactly: statements and commits, bytes of the packed answer, function
calls of Python. Nothing is timed. What became cheaper may be lowered here; what became dearer needs
a reason in the commit that raises it.
"""

import cProfile
import gc
import gzip
import html
import pstats
import re
import sys
import tracemalloc
from dataclasses import asdict, dataclass
from hashlib import sha256
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from quizapp.attempts import rules
from quizapp.attempts.rules import DrawRules, Key, Marking
from quizapp.banks import service as bank_service
from quizapp.banks.rules import PictureFile
from quizapp.contests.models import Banner
from quizapp.db import db, transaction
from quizapp.events import service as event_service
from quizapp.people import service as people_service
from quizapp.units import service as unit_service
from tests.integration.harness import watch_writes
from tests.integration.pages import Page
from tests.integration.test_every_route import CONTESTANT, PUBLIC
from tests.load.scratch import bank_of
from tests.making import attempts, banks, contests, drafts, events, people, studying, tickets, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

QUESTIONS = 60  # in the bank, with texts of real length
PEOPLE = 34  # on the boards
PROVINCES = 34
BYTES = b"x" * 4_000  # of a picture; it is packed already
PICTURE = PictureFile(digest=sha256(BYTES).hexdigest(), media_type="image/png", body=BYTES)
# Instructions of Python 3.11; later ones take fewer.
DRAW, SCORE, DECODE = 11_300, 620, 25
KEPT = 2_400  # bytes of a question with its texts: 10,000 of them are 24 MB


# Calls that a driver written in Python takes for each statement beside SQLite's in C.
OF_DRIVER = {"sqlite": 0, "postgresql": 350}


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """At most so many statements, commits, bytes on the wire (the body, packed) and calls."""

    statements: int
    commits: int
    size: int
    calls: int


def at_most(statements, commits, size, calls):
    return Budget(statements=statements, commits=commits, size=size, calls=calls)


# endpoint (and what is asked of it) → statements, commits, bytes, calls; all of the second request,
# when the process has read what it keeps. Of the two databases the dearer; bytes and calls with a
# twentieth more, for a longer text on a page. Calls are Python 3.11's.
TABLE = {
    "health.healthz": at_most(0, 0, 40, 1_450),
    "health.readyz": at_most(4, 0, 300, 3_200),
    "static": at_most(0, 0, 14_000, 2_100),
    "contests.index": at_most(2, 0, 5_500, 4_550),
    "contests.show": at_most(2, 0, 7_450, 9_800),
    "contests.document": at_most(2, 0, 50, 2_900),
    "practice.ready": at_most(2, 0, 6_100, 7_400),
    "practice.paper": at_most(2, 0, 7_000, 5_300),
    "practice.mark": at_most(2, 0, 6_900, 15_800),
    "contests.share_card": at_most(1, 0, 13_700, 2_000),
    "banks.picture": at_most(1, 0, 4_000, 2_200),
    "contests.banner": at_most(1, 0, 4_000, 2_500),
    "contests.find_units": at_most(4, 0, 330, 8_350),
    "results.statistics": at_most(16, 0, 6_200, 22_000),
    "standings.board people": at_most(3, 0, 6_200, 9_800),
    "standings.board people.json": at_most(3, 0, 590, 2_900),
    "standings.board provinces": at_most(3, 0, 5_950, 12_300),
    "standings.board provinces.json": at_most(3, 0, 420, 3_050),
    "standings.board units/VGCL": at_most(7, 0, 6_250, 14_550),
    "events.screen": at_most(3, 0, 9_000, 16_000),
    "events.where": at_most(30, 0, 900, 40_000),
    "events.part": at_most(30, 0, 3_000, 40_000),
    "events.by_code": at_most(1, 0, 300, 3_000),
    "events.step": at_most(5, 1, 100, 9_000),
    "contests.join": at_most(2, 0, 8_700, 10_850),
    "contests.enter": at_most(6, 1, 250, 10_300),
    "attempts.ready": at_most(5, 0, 7_500, 6_150),
    "attempts.start": at_most(5, 1, 270, 3_100),
    "attempts.paper": at_most(1, 0, 18_850, 2_550),
    "attempts.save": at_most(1, 1, 80, 2_250),
    "attempts.submit": at_most(3, 1, 80, 2_700),
    "attempts.result": at_most(1, 0, 5_950, 2_400),
    "attempts.me": at_most(12, 0, 6_400, 8_600),  # one more where the rank borders a block
    "contests.leave": at_most(1, 0, 240, 2_650),
    "attempts.picture": at_most(1, 0, 5_900, 3_900),
    "attempts.picture_file": at_most(2, 0, 20_500, 4_400),
    "certificates.show": at_most(3, 0, 6_300, 5_000),
    "certificates.file": at_most(3, 0, 40_000, 31_000),  # drawing the QR code takes most of it
    "certificates.check": at_most(4, 0, 6_300, 6_800),
    "contests.others": at_most(1, 0, 260, 3_500),
    "contests.switch": at_most(1, 0, 240, 3_500),
    "contests.come_back": at_most(2, 0, 5_800, 7_800),
    "contests.come_back_by_pin": at_most(5, 1, 250, 8_150),
    "contests.mine": at_most(3, 0, 5_900, 9_000),
    "contests.new_pin": at_most(2, 0, 5_950, 9_400),
    "contests.choose_new_pin": at_most(8, 1, 250, 9_750),
    "people_admin.set_up": at_most(1, 0, 5_700, 6_900),
    "people_admin.set_up_by_link": at_most(18, 1, 220, 14_700),
    "people_admin.sign_in": at_most(0, 0, 5_650, 6_300),
    "people_admin.sign_in_by_password": at_most(15, 1, 220, 13_250),
    "people_admin.second_step": at_most(1, 0, 5_700, 6_500),
    "people_admin.sign_in_by_code": at_most(15, 1, 210, 14_900),
    "people_admin.sign_out": at_most(6, 1, 230, 6_950),
    "contests.regulation_page": at_most(3, 0, 7_700, 6_100),
    "privacy.about": at_most(2, 0, 5_950, 5_150),
    "privacy.accessibility": at_most(0, 0, 6_050, 3_600),
    "privacy.statement": at_most(1, 0, 6_600, 4_900),
    "privacy.my_data": at_most(18, 0, 7_350, 18_650),
    "privacy.change_consent": at_most(9, 1, 270, 8_850),
    "privacy.correct": at_most(10, 1, 260, 10_000),
    "privacy.export": at_most(10, 1, 420, 10_850),
    "privacy.export_file": at_most(19, 0, 2_200, 21_400),
    "privacy.erase": at_most(33, 1, 260, 25_200),
    "contests.signed_regulation": at_most(2, 0, 4_000, 3_200),
    "attempts.report": at_most(1, 0, 5_950, 5_500),
    "attempts.report_question": at_most(3, 1, 290, 5_000),
    "support.need_help": at_most(4, 0, 6_050, 9_500),
    "support.ask": at_most(3, 1, 270, 6_200),
    "support.close_own": at_most(1, 1, 210, 4_200),
}


class Walk:
    """Somebody asks everything that a person can, in the order of a contest; all of it counted."""

    def __init__(self, client, slug, phone):
        self._client, self._slug, self._phone = client, slug, phone
        self.found = {}

    def send(self, name, method, path, **given):
        """Send a request, note under the name what it cost, return the answer unpacked."""
        profile = cProfile.Profile()
        with watch_writes(self._client.application) as watch:
            profile.enable()
            try:
                answer = self._client.open(
                    path, method=method, headers={"Accept-Encoding": "gzip"}, **given
                )
            finally:
                profile.disable()
        calls = pstats.Stats(profile).total_calls
        self.found[name] = at_most(len(watch.statements), watch.commits, len(answer.data), calls)
        # The clock stands still here, so the database's is found to differ.
        assert answer.status_code < 400 or name == "health.readyz", (name, answer.status_code)
        if answer.headers.get("Content-Encoding") == "gzip":
            answer.set_data(gzip.decompress(answer.data))
        return answer

    def get(self, name, path):
        return self.send(name, "GET", path)

    def post(self, name, path, **given):
        return self.send(name, "POST", path, **given)

    def read(self):
        """Read what is the same for everybody."""
        self.get("health.healthz", "/healthz")
        self.get("health.readyz", "/readyz")
        self.get("static", "/static/app.css")
        self.get("contests.index", "/")
        self.get("contests.show", f"/c/{self._slug}")
        self.get("contests.regulation_page", f"/c/{self._slug}/regulation")
        self.get("contests.signed_regulation", f"/c/{self._slug}/regulation.pdf")
        self.get("contests.share_card", f"/c/{self._slug}/card.png")
        self._learn(f"/c/{self._slug}")
        self.get("banks.picture", f"/pictures/{PICTURE.digest}")
        self.get("contests.banner", f"/banners/{PICTURE.digest}")
        self.get("contests.find_units", "/units.json?q=lien doan 3")
        self.get("results.statistics", f"/c/{self._slug}/statistics")
        for board in ("people", "people.json", "provinces", "provinces.json", "units/VGCL"):
            self.get(f"standings.board {board}", f"/c/{self._slug}/boards/{board}")

    def watch(self, event):
        """Watch in a hall: the screen, what it asks for, a clicker, and the six digits."""

        def path(rest=""):
            return events.path_of(event.contest, event.card, rest)

        self.get("events.screen", path())
        where = self.get("events.where", path("/where.json")).json
        self.get("events.part", path("/parts/4.json"))
        to = {"moves": where["moves"], "position": 1 - where["position"]}
        self.post("events.step", path("/step"), json=to)
        self.get("events.by_code", f"/m/{event.card.code}")

    def _learn(self, home):
        self.get("contests.document", f"{home}/documents/1")
        self.get("practice.ready", f"{home}/practice")
        page = self.get("practice.paper", f"{home}/practice/1")
        sheet = {f"q{number}": "A" for number in range(1, 21)}
        self.post("practice.mark", f"{home}/practice/1", data=token(page) | sheet)

    def take_part(self):
        """Join, take a whole attempt, look at the results, leave, and come back by PIN."""
        home = f"/c/{self._slug}"
        join = {"name": "Lê Thị Cúc", "phone": self._phone, "unit": "P_3", "pin": people.PIN}
        join |= {"consent_take_part": "y", "consent_show_name": "y"}
        page = self.get("contests.join", f"{home}/join")
        self.post("contests.enter", f"{home}/join", data=join | token(page))
        page = self.get("attempts.ready", f"{home}/rounds/1")
        leave, others = (form(page, f"{home}/{action}") for action in ("leave", "others"))
        start = f"{home}/rounds/1/attempts"
        path = self.post("attempts.start", start, data=form(page, start)).location
        self._answer(path)
        self._report(f"{path}/report")
        self._ask()
        self.get("attempts.me", f"{home}/me")
        self.get("contests.mine", "/mine")
        self.post("contests.others", f"{home}/others", data=others)
        page = self._client.get(f"{home}/join")
        back = form(page, f"{home}/switch")
        self.post("contests.switch", f"{home}/switch", data=back)
        self.post("contests.leave", f"{home}/leave", data=leave)
        page = self.get("contests.come_back", f"/return?contest={self._slug}")
        pin = {"contest": self._slug, "phone": self._phone, "pin": people.PIN}
        self.post("contests.come_back_by_pin", "/return", data=pin | token(page))

    def _answer(self, path):
        sheet = {str(number): "A" for number in range(1, 21)}
        self._client.get(path)  # renders what no earlier paper showed: others, on each paper
        self.get("attempts.paper", path)
        self.send("attempts.save", "PUT", f"{path}/answers", json={"op": 1, "answers": sheet})
        self.post("attempts.submit", f"{path}/submit", json={"answers": sheet})
        self.get("attempts.result", f"{path}/result")
        self.get("attempts.picture", f"{path}/picture")
        self.get("attempts.picture_file", f"{path}/result.png")
        page = self.get("certificates.show", f"{path}/certificate")
        self.get("certificates.file", f"{path}/certificate.png")
        check = re.search(r'href="(/c/[^"]+/verify[^"]+)"', page.text)[1]
        self.get("certificates.check", html.unescape(check))

    def _report(self, path):
        fields = form(self.get("attempts.report", path), path)
        fields |= {"question": "2", "reason": "unclear"}
        self.post("attempts.report_question", path, data=fields)

    def _ask(self):
        """Ask the organisers, and say that their answer is clear."""
        page = self._client.get("/help")
        asks = {"contest": self._slug, "words": "Trang không lưu câu 7"}
        self.post("support.ask", "/help", data=token(page) | asks)
        tickets.answer_newest(at=NOON)
        page = self.get("support.need_help", f"/help?contest={self._slug}")
        close = next(one for one in Page(page.text).forms if one.action.endswith("/close"))
        self.post("support.close_own", close.action, data=close.hidden)

    def choose_pin(self, code):
        """Choose a new PIN with a code of the help desk."""
        page = self.get("contests.new_pin", f"/return/new-pin?contest={self._slug}")
        new = {"contest": self._slug, "phone": self._phone, "code": code, "pin": people.PIN}
        self.post("contests.choose_new_pin", "/return/new-pin", data=new | token(page))

    def look_after_data(self):
        """Read about data, see one's own, and use each right; erased at last."""
        self.get("privacy.about", "/privacy")
        self.get("privacy.accessibility", "/accessibility")
        self.get("privacy.statement", f"/c/{self._slug}/privacy")
        mine = f"/c/{self._slug}/my-data"
        own = form(self.get("privacy.my_data", mine), f"{mine}/erase")
        own |= {"pin": people.PIN, "sure": "y"}
        hide = own | {"wish": "hide_name"}
        self.post("privacy.change_consent", f"{mine}/consents", data=hide)
        wish = own | {"field": "name", "wanted": "Lê Thị Khác"}
        self.post("privacy.correct", f"{mine}/correct", data=wish)
        link = self.post("privacy.export", f"{mine}/export", data=own).location
        self.get("privacy.export_file", link)
        self.post("privacy.erase", f"{mine}/erase", data=own)

    def organise(self, link):
        """Set up an account by a link, sign in, sign out, sign in with a second step."""
        page = self.get("people_admin.set_up", link)
        password = {"password": people.PASSWORD, "repeat": people.PASSWORD}
        self.post("people_admin.set_up_by_link", link, data=token(page) | password)
        page = self.get("people_admin.sign_in", "/signin")
        fields = token(page) | {"phone": self._phone, "password": people.PASSWORD}
        self.post("people_admin.sign_in_by_password", "/signin", data=fields)
        device = people.second_step(self._phone, at=NOON)
        page = self._client.get("/admin/account")
        self.post("people_admin.sign_out", "/signout", data=form(page, "/signout"))
        self._client.post("/signin", data=fields | token(self._client.get("/signin")))
        page = self.get("people_admin.second_step", "/signin/code")
        code = {"code": device.at(NOON)}
        self.post("people_admin.sign_in_by_code", "/signin/code", data=token(page) | code)


def token(page):
    return {"csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]}


def form(page, action):
    """Return what the page's form for this address sends unasked."""
    return next(one.hidden for one in Page(page.text).forms if one.action == action)


@pytest.fixture
def contest(in_app, freeze):
    """An open contest on questions of real length, with people on its boards."""
    freeze(NOON)
    people.national_unit()
    units.made_units(*(units.unit_row(f"P_{number}") for number in range(PROVINCES)))
    bank = banks.published_drafts(bank_of(QUESTIONS), code="that")
    db.session.rollback()
    contest = contests.contest(bank=bank)
    provinces = [unit_service.find_unit(f"P_{number}").id for number in range(PROVINCES)]
    db.session.rollback()
    for number in range(PEOPLE):
        fields = {"phone": f"0987{number:06d}", "source": f"198.51.100.{number}"}
        fields |= {"unit_id": provinces[number % PROVINCES], "unit_text": None}
        attempts.finished(contest, people.person(contest.id, at=NOON, **fields), right=number % 21)
    organiser = people.organiser(phone="0977 000 001", at=NOON)
    with transaction():
        bank_service.keep_pictures([PICTURE], at=NOON)
        drafts.signed(contest, BYTES, organiser, at=NOON)
        db.session.add(Banner(**asdict(PICTURE)))
    studying.made_to_study(contest)
    rolled_up()
    return contest


def reset_code(contest, phone):
    """Return a code that the help desk made for the person of this phone."""
    person = people_service.find_person_by_phone(contest.id, phone)
    db.session.rollback()
    with transaction():
        return people_service.make_reset_code(person, at=NOON).code


def evening_of(contest):
    """Return the contest's event, made when it is asked for first."""
    made = event_service.get_events(contest)
    db.session.rollback()
    return SimpleNamespace(contest=contest, card=made[0] if made else events.event(contest))


def walked(contest, new_client, phone):
    walk = Walk(new_client(), contest.slug, phone)
    walk.read()
    walk.watch(evening_of(contest))
    walk.take_part()
    walk.choose_pin(reset_code(contest, phone))
    walk.look_after_data()
    walk.organise(f"/setup/{people.invited_organiser(phone=phone, at=NOON)}")
    db.session.rollback()
    return walk.found


@pytest.fixture
def found(contest, new_client):
    """What each request of a second walk cost: by then the process has read what it keeps."""
    walked(contest, new_client, "0912 345 679")
    return walked(contest, new_client, "0912 345 677")


def dearer(found, database):
    """Return what went over the table, in words."""
    of_driver = OF_DRIVER[database.name]
    return [
        f"{name}: {what} {getattr(cost, what)}, at most {most}"
        for name, cost in found.items()
        for what, limit in asdict(TABLE[name]).items()
        if getattr(cost, what)
        > (most := limit + of_driver * TABLE[name].statements * (what == "calls"))
    ]


def test_no_request_costs_more_than_its_budget(found, database):
    assert found.keys() == TABLE.keys()
    over = dearer(found, database)
    assert over == [], "\n".join(over)


def test_every_route_of_a_contestant_and_of_the_public_has_a_budget():
    """A route that is added tomorrow fails here until somebody says what it may cost."""
    of_people = PUBLIC - {"metrics.show"}  # for a machine; it grows with what was asked before
    assert {name.partition(" ")[0] for name in TABLE} == of_people | CONTESTANT


def test_one_statement_more_and_a_longer_answer_are_found(app, database, new_client, monkeypatch):
    def planted():
        db.session.execute(text("SELECT 1"))
        return "x" * 100

    monkeypatch.setitem(app.view_functions, "health.healthz", planted)
    walk = Walk(new_client(), "", "")
    walk.get("health.healthz", "/healthz")

    assert [one.partition(",")[0] for one in dearer(walk.found, database)][:2] == [
        "health.healthz: statements 1",
        "health.healthz: size 100",
    ]


def instructions(work):
    """Return how many instructions of Python's own machine the work takes; C code counts none."""
    count = 0

    def step(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def drawn_from(questions, number=1):
    """Return a paper of 20 of so many questions, of a fixed person."""
    pool = banks.drafts(questions)
    how = DrawRules(questions=20, quota={}, shuffle_questions=True, shuffle_options=True)
    facts = {"secret": b"secret" * 5, "person": b"person" * 3, "number": number}
    return lambda: rules.draw(pool, how, **facts)


def test_a_draw_takes_as_many_instructions_from_a_large_bank_as_from_a_small_one():
    small, large = (instructions(drawn_from(size)) for size in (500, 10_000))

    assert small <= DRAW
    assert large <= 1.2 * small  # longer numbers are drawn anew more often


def test_a_score_takes_so_many_instructions_and_no_more():
    paper = drawn_from(500)()
    keys = {one.number: Key(right=one.right) for one in banks.drafts(500)}
    marking = Marking(right_milli=1000, wrong_milli=0, blank_milli=0)
    answers = [1] * 20

    assert instructions(lambda: rules.score(paper, keys, answers, marking)) <= SCORE
    body = rules.encode_answers(answers)
    assert instructions(lambda: rules.decode_answers(body)) <= DECODE
    print(
        instructions(drawn_from(500)),
        instructions(drawn_from(10_000)),
        instructions(lambda: rules.score(paper, keys, answers, marking)),
        instructions(lambda: rules.decode_answers(body)),
    )


@pytest.mark.only("sqlite")
def test_a_question_that_is_kept_takes_so_many_bytes_of_each_process(in_app):
    count = 300
    card = banks.published_drafts(bank_of(count), code="that")
    db.session.rollback()
    version = bank_service.find_version(card.bank_code, card.number)
    bank_service.get_questions(version.id)  # what the first reading makes once is nobody's
    db.session.rollback()

    # The least of three: whatever else this process makes once meanwhile is no question's.
    taken = min(bytes_kept(in_app, version.id, count) for _ in range(3))

    assert taken / count <= KEPT


def bytes_kept(app, version_id, count):
    """Return what reading a version anew leaves in memory."""
    app.extensions.pop("quizapp_kept")
    gc.collect()
    tracemalloc.start()
    try:
        kept = bank_service.get_questions(version_id)
        db.session.rollback()
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(kept) == count
    return taken
