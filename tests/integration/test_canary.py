"""The right answers stay on the server: another key changes no byte of what is sent before.

Each test walks the same way through two contests that are equal in everything but the right
option of every question, and compares every status, header and byte.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import itsdangerous
import pytest

from quizapp.attempts import rules, views
from quizapp.attempts.service import outcome
from quizapp.banks.rules import Kind, mask_of
from quizapp.banks.service import get_questions
from quizapp.db import db
from quizapp.units.kinds import UnitKind
from tests.integration.pages import Page
from tests.making import attempts, banks, contests, people, studying, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

MINUTE = timedelta(minutes=1)
QUESTIONS, ASKED = 30, 8
HIDDEN = {"score": "after_round_close", "answers": "after_round_close"}
SHOWN = {"score": "after_submit", "answers": "after_contest_end"}
# They show nothing of a contest, nor do the figures of the machine, which change at each look; but
# the log shows the digest of a version, which covers its key:
# it tells that two versions differ, and is shown to organisers only.
LEFT_OUT = {
    "banks.picture",
    "contests.banner",
    "events.by_code",  # screens show what boards show, at an address with a code drawn by chance
    "events.part",
    "events.screen",
    "events.step",
    "events.where",
    "health.readyz",
    "metrics.show",
    "people_admin.log_page",
    "people_admin.set_up",
    "people_admin.set_up_by_link",
    "static",
}
ORGANISER = "0987 650 431"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was sent back to one request."""

    asked: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def _without_the_wall_clock(headers):
    """Yield the headers without what Werkzeug writes by a clock that is not the application's."""
    for name, value in headers:
        if name != "Date":
            yield name, re.sub("Expires=[^;]+", "", value)


class Walk:
    """Clients that remember every answer, and which endpoints gave it."""

    def __init__(self, app, begin_chance):
        self.app = app
        self.begin_again = begin_chance
        self._roll_ups = 0
        self.answers = []
        self.endpoints = set()

    def phone(self):
        return self.app.test_client()

    def __call__(self, client, method, path, **given):
        with self.app.test_request_context(path, method=method) as context:
            self.endpoints.add(context.request.endpoint)
        answer = client.open(path, method=method, buffered=True, **given)
        self.answers.append(
            Answer(
                asked=f"{method} {path}",
                status=answer.status_code,
                headers=tuple(_without_the_wall_clock(answer.headers)),
                body=answer.data,
            )
        )
        return answer

    def roll_up(self):
        """Be the worker. How often it must ask varies, and with it how much chance it uses up."""
        with self.app.app_context():
            rolled_up()
        self.same_chance()

    def same_chance(self):
        """Let chance go on alike in all walks from here."""
        self._roll_ups += 1
        self.begin_again(1_000_000 * self._roll_ups)

    def send_form(self, client, page, path, **fields):
        """Send the first form of a page that was shown, filled in."""
        hidden = Page(page.text).forms[0].hidden
        return self(client, "POST", path, data=hidden | fields)


@pytest.fixture
def no_chance(monkeypatch):
    """Return a function after which everything random comes again in the same order."""

    # It gives subqueries names by chance, when a statement is built: in the first walk only.
    names = SimpleNamespace(urandom=os.urandom)

    def begin(first=0):
        numbers = count(first)

        def drawn(size=32):
            seed = next(numbers).to_bytes(8, "big")
            return hashlib.shake_128(seed).digest(size)

        monkeypatch.setattr("sqlalchemy.sql.selectable.os", names)
        monkeypatch.setattr("pyotp.random_base32", lambda: "A" * 32)
        monkeypatch.setattr("os.urandom", drawn)
        monkeypatch.setattr("secrets.token_bytes", drawn)
        monkeypatch.setattr("secrets.token_hex", lambda size=32: drawn(size).hex())
        monkeypatch.setattr("secrets.token_urlsafe", lambda size=32: drawn(size).hex())
        monkeypatch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _: 0)

    return begin


@pytest.fixture
def walked(database, no_chance, freeze):
    """Return a function that walks a contest in which `right_options(number, shift)` is the key.

    `picks` gives the canonical options (a bitmask) that are chosen for a question's number.
    Somebody else has it all wrong in `rival` minutes.
    """

    def walk(shift, *, reveal, picks, rival=0):
        database.empty()
        no_chance()
        freeze(NOON)
        walk = Walk(database.app, no_chance)
        with database.app.app_context():
            contest, other = _make_contest(shift, reveal)
            _do_all_wrong(contest, other, minutes=rival)
        _take_part(walk, freeze, picks)
        return walk

    return walk


def _make_contest(shift, reveal):
    """Return the contest and somebody in it."""
    root = people.national_unit()
    made = units.made_units(
        units.unit_row("P_THU", parent_code=root.code),
        units.unit_row("N_THU", parent_code=root.code, kind=UnitKind.SECTOR),
    )
    drafts = [
        banks.draft(
            number,
            kind=Kind.MULTIPLE if takes_several(number) else Kind.SINGLE,
            right=right_options(number, shift),
            explanation=f"Điều {number}.",
        )
        for number in range(1, QUESTIONS + 1)
    ]
    bank = banks.published_drafts(drafts, code="chim-hoang-yen")
    contest = contests.contest(
        bank=bank, reveal=reveal, attempts={"max": 3}, paper={"questions": ASKED}
    )
    people.organiser(phone=ORGANISER, at=NOON)
    studying.made_to_study(contest)
    unit_id = made["N_THU"].id
    other = people.person(contest.id, phone="0912345679", unit_id=unit_id, unit_text=None)
    return contest, other


def _do_all_wrong(contest, person, *, minutes):
    public_id = attempts.started(contest, person)
    letters = _letters_of(public_id, wrong_in_both)
    db.session.rollback()
    attempts.submitted(public_id, person, letters, at=NOON + minutes * MINUTE)


def _take_part(walk, freeze, picks):
    first, second, organiser = walk.phone(), walk.phone(), walk.phone()
    page = walk(first, "GET", "/c/tim-hieu/join")
    entry = {"name": "Nguyễn Thị Hoà", "phone": "0912 345 678", "unit": "P_THU", "pin": "204817"}
    walk.send_form(first, page, "/c/tim-hieu/join", **entry, consent_take_part="y")
    _look_around(walk, first)
    by_json = _begin(walk, first)
    _save(walk, first, by_json, picks)
    _report(walk, first, by_json)
    _change_phones(walk, first, second, by_json)
    freeze(NOON + 3 * MINUTE)
    letters = _letters(walk, by_json, picks)
    walk(second, "POST", f"{by_json}/submit", json={"answers": letters})
    walk(second, "PUT", f"{by_json}/answers", json={"op": 9, "answers": {"1": "A"}})
    by_form = _begin(walk, second)
    page = walk(second, "GET", by_form)
    fields = _as_fields(_letters(walk, by_form, picks))
    walk.send_form(second, page, f"{by_form}/submit", **fields, prediction="12")
    by_worker = _begin(walk, second)
    _save(walk, second, by_worker, picks)
    freeze(NOON + 30 * MINUTE)
    walk(second, "PUT", f"{by_worker}/answers", json={"op": 9, "answers": {"1": "A"}})
    walk(second, "GET", f"{by_worker}/result")
    walk.roll_up()
    for path in (by_json, by_form, by_worker):
        _look_back(walk, second, path)
    _look_around(walk, second)
    _use_rights(walk, second)
    _look_as_organiser(walk, organiser)
    _lend(walk, second)
    _leave(walk, second)


def _look_back(walk, client, path):
    """See what there is of a paper that was handed in; let a stranger check its certificate."""
    walk(client, "GET", path)
    for name in ("result", "picture", "result.png", "certificate.png"):
        walk(client, "GET", f"{path}/{name}")
    page = walk(client, "GET", f"{path}/certificate")
    code = re.search(r'<strong class="code">([^<]+)</strong>', page.text)[1]
    walk(walk.phone(), "GET", f"/c/tim-hieu/verify?code={code}")


def _begin(walk, client):
    page = walk(client, "GET", "/c/tim-hieu/rounds/1")
    answer = walk.send_form(client, page, "/c/tim-hieu/rounds/1/attempts")
    assert answer.status_code == 303
    return answer.location


def _letters(walk, path, picks):
    """Return position → the letters under which the picked options are shown."""
    with walk.app.app_context():
        letters = _letters_of(path.removeprefix("/a/"), picks)
        db.session.remove()
    return {str(position): letter for position, letter in letters.items()}


def _letters_of(public_id, picks):
    paper = rules.decode_paper(attempts.attempt_row(public_id).paper)
    return rules.as_shown([picks(asked.number) for asked in paper], paper)


def _as_fields(letters):
    return {f"q{position}": list(chosen) for position, chosen in letters.items()}


def _save(walk, client, path, picks):
    """Save one answer after the other, the first one twice, and some that cannot be."""
    letters = _letters(walk, path, picks)
    for op, (position, letter) in enumerate(letters.items(), start=1):
        body = {"op": op, "answers": {position: letter}}
        for _ in range(2 if op == 1 else 1):
            assert walk(client, "PUT", f"{path}/answers", json=body).status_code == 200
    for body in ({"op": 1, "answers": {"1": "A"}}, {"op": 99, "answers": {"1": "H"}}):
        assert walk(client, "PUT", f"{path}/answers", json=body).status_code in {409, 422}
    walk(client, "GET", path)


def _change_phones(walk, first, second, path):
    """Come back on another phone, go on there, and try the first one again."""
    page = walk(second, "GET", "/return/new-pin?contest=tim-hieu")
    wrong = {"contest": "tim-hieu", "phone": "0912345678", "code": "2222-2222", "pin": "730164"}
    walk.send_form(second, page, "/return/new-pin", **wrong)
    page = walk(second, "GET", "/return?contest=tim-hieu")
    known = {"contest": "tim-hieu", "phone": "0912345678", "pin": "204817"}
    walk.send_form(second, page, "/return", **known)
    page = walk(second, "GET", path)
    assert page.status_code == 409
    walk.send_form(second, page, "/c/tim-hieu/rounds/1/attempts")
    walk(second, "GET", path)
    told = walk(first, "PUT", f"{path}/answers", json={"op": 50, "answers": {"1": "B"}})
    assert told.get_json()["saved"] == "held"
    walk(first, "POST", f"{path}/submit", json={"answers": {}})
    walk(first, "GET", f"{path}/result")


def _look_around(walk, client):
    """See what everybody sees, and what the person alone sees."""
    for path in (
        "/",
        "/c/tim-hieu",
        "/c/tim-hieu?lang=en",
        "/c/tim-hieu/card.png",
        "/c/tim-hieu/documents/1",
        "/c/tim-hieu/practice",
        "/c/tim-hieu/practice/1",
        "/c/tim-hieu/me",
        "/c/tim-hieu/me?round=1",
        "/c/tim-hieu/rounds/1",
        "/c/tim-hieu/statistics",
        "/c/tim-hieu/regulation",
        "/c/tim-hieu/regulation.pdf",
        "/c/tim-hieu/privacy",
        "/c/tim-hieu/my-data",
        "/mine",
        "/privacy",
        "/accessibility",
        "/units.json?q=tong+lien+doan",
        "/return",
        "/healthz",
        "/khong-co",
    ):
        walk(client, "GET", path)
    page = walk(client, "GET", "/c/tim-hieu/practice/1")
    walk(client, "POST", "/c/tim-hieu/practice/1", data=Page(page.text).forms[0].hidden)
    page = walk(client, "GET", "/help?contest=tim-hieu")
    hidden = Page(page.text).forms[-1].hidden
    asks = {"contest": "tim-hieu", "words": "Trang không lưu câu 7"}
    walk.same_chance()  # the question's address is compared too
    walk(client, "POST", "/help", data=hidden | asks)
    for board in ("people", "provinces", "sectors", "units/VGCL"):
        for address in (board, f"{board}.json", f"{board}.json?round=1", f"{board}?units=now"):
            walk(client, "GET", f"/c/tim-hieu/boards/{address}")


def _look_as_organiser(walk, client):
    page = walk(client, "GET", "/signin")
    for method in ("GET", "POST"):  # what is asked of those who have a second step
        walk(client, method, "/signin/code")
    walk.send_form(client, page, "/signin", phone=ORGANISER, password=people.PASSWORD)
    for path in ("/admin", "/admin/account"):
        page = walk(client, "GET", path)
        assert page.status_code == 200
    token = Page(page.text).forms[0].hidden
    _decide_as_organiser(walk, client, token)
    _give_to_study(walk, client, token)
    _ask_the_rest(walk, client, token)
    for path in ("/admin/account/end-sessions", "/signout"):
        walk(client, "POST", path)


def _ask_the_rest(walk, client, token):
    """Ask each page of organisers that no step above asked, of things that are not there."""
    ending = {"people_admin.end_sessions", "people_admin.sign_out"}
    rules = sorted(walk.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    for rule in rules:
        left_out = walk.endpoints | ending | LEFT_OUT
        if not rule.rule.startswith("/admin") or rule.endpoint in left_out:
            continue
        path = re.sub(r"<int:\w+>", "1", rule.rule).replace("<slug>", "tim-hieu")
        path = re.sub(r"<[^>]*>", "0" * 32, path)
        for method in sorted(rule.methods & {"GET", "POST"}):
            walk(client, method, path, **({"data": token} if method == "POST" else {}))


def _decide_as_organiser(walk, client, token):
    """Look somebody up, decide about them and their attempt, and take it back again."""
    _prepare_a_contest(walk, client, token)  # first: its address is drawn by chance
    desk = "/admin/c/tim-hieu"
    for path in (
        f"{desk}/people",
        f"{desk}/typed-units",
        f"{desk}/ties",
        f"{desk}/close",
        f"{desk}/live",
        f"{desk}/incidents",
        "/admin/head-counts",
        "/admin/contests/new",
        "/admin/banks",
    ):
        assert walk(client, "GET", path).status_code == 200
    found = walk(client, "POST", f"{desk}/people", data=token | {"who": "0912345679"})
    person = found.location
    attempt = re.search(rf"{desk}/attempts/[\w-]+", walk(client, "GET", person).text)[0]
    for path in (attempt, person):
        for action, fields in (("void", {}), ("restore", {}), ("unit", {"unit": "P_THU"})):
            data = token | {"reason": "Theo biên bản số 7"} | fields
            assert walk(client, "POST", f"{path}/{action}", data=data).status_code == 303
        walk(client, "GET", path)
    help_person(walk, client, person, attempt, token | {"reason": "Theo biên bản số 7"})
    walk(client, "POST", f"{person}/merge", data=token | {"phone": "0912000000", "reason": "Trùng"})
    walk(client, "POST", f"{desk}/typed-units", data=token | {"group": "1", "seen": "1"})
    walk(client, "POST", f"{desk}/ties/1", data=token | {"tied": "", "place-1": "1"})
    walk(client, "POST", "/admin/banks", data=token | {"bank": "moi", "unit": "P_THU"})
    for method in ("GET", "POST"):
        walk(client, method, f"/admin/banks/reviews/{'0' * 32}", data=token)
        walk(client, method, f"/admin/banks/reviews/{'0' * 32}/questions/1", data=token)
    walk(client, "GET", f"/admin/banks/reviews/{'0' * 32}/next")
    of = "/admin/banks/of/chim-hoang-yen"
    for path in (of, f"{of}/difference?before=1&after=1", "/admin/banks/guide"):
        walk(client, "GET", path)
    walk(client, "GET", "/admin/banks/template.docx")
    walk(client, "POST", f"{of}/difference/1/1", data=token)
    for path in ("", f"/{'0' * 32}", f"/{'0' * 32}/file"):
        walk(client, "GET", f"/admin/jobs{path}")
    walk(client, "POST", f"/admin/jobs/{'0' * 32}/cancel", data=token)
    walk(client, "POST", f"{desk}/close/1", data=token | {"reason": "Hết vòng"})
    count = {"unit": "P_THU", "members": "900", "counted_on": "2026-11-01", "source": "Báo cáo"}
    walk(client, "POST", "/admin/head-counts", data=token | count)
    walk(client, "POST", "/admin/head-counts/lock", data=token | count)
    walk.roll_up()
    walk(client, "GET", "/c/tim-hieu/boards/provinces.json?round=1&order=rate")


def _give_to_study(walk, client, token):
    """Add a document, take one away, and try to let people practise with what is asked."""
    learn = "/admin/c/tim-hieu/learn"
    walk(client, "GET", learn)
    link = {"title": "Luật", "shown": "during", "url": "https://vanban.chinhphu.vn/luat"}
    walk(client, "POST", f"{learn}/documents", data=token | link)
    walk(client, "POST", f"{learn}/documents/1", data=token | {"remove": "1"})
    for bank in ("chim-hoang-yen", ""):  # refused: it is asked in earnest
        walk(client, "POST", f"{learn}/practice", data=token | {"bank": bank})


def _use_rights(walk, client):
    """Take everything along that is held about the person; fail to correct and to erase it."""
    page = walk(client, "GET", "/c/tim-hieu/my-data")
    data = Page(page.text).forms[0].hidden
    show = {"wish": "show_name", "pin": "204817"}
    walk(client, "POST", "/c/tim-hieu/my-data/consents", data=data | show)
    walk(client, "POST", "/c/tim-hieu/my-data/correct", data=data | {"field": "name"})
    walk(client, "POST", "/c/tim-hieu/my-data/erase", data=data)
    answer = walk(client, "POST", "/c/tim-hieu/my-data/export", data=data | {"pin": "204817"})
    assert walk(client, "GET", answer.location).mimetype == "application/zip"


def _lend(walk, client):
    """Let somebody else join on this phone, and go back to who was there before."""
    page = walk(client, "GET", "/c/tim-hieu/rounds/1")
    others = next(one for one in Page(page.text).forms if one.action.endswith("/others"))
    page = walk(client, "GET", walk(client, "POST", others.action, data=others.hidden).location)
    back = next(one for one in Page(page.text).forms if one.action.endswith("/switch"))
    walk(client, "POST", back.action, data=back.hidden)


def _leave(walk, client):
    """Say that what was asked is settled, and let somebody else take part on this phone."""
    settled = Page(walk(client, "GET", "/help").text).forms[0]
    walk(client, "POST", settled.action, data=settled.hidden)
    page = walk(client, "GET", "/c/tim-hieu/rounds/1")
    hidden = Page(page.text).forms[-1].hidden
    walk(client, "POST", "/c/tim-hieu/leave", data=hidden)


def _answer(walk, client, token):
    """Answer what was asked, and see what was reported of the bank."""
    page = walk(client, "GET", "/admin/c/tim-hieu/tickets")
    path = re.search(r"/admin/c/tim-hieu/tickets/[0-9a-f]{32}", page.text)[0]
    answer = walk(client, "POST", path, data=token | {"words": "Hãy tải lại trang.", "send": "1"})
    assert answer.status_code == 303
    assert walk(client, "GET", "/admin/banks/chim-hoang-yen/reports").status_code == 200
    walk(client, "POST", "/admin/c/tim-hieu/live/workbook", data=token)


def _report(walk, client, path):
    """Report a question of one's own paper."""
    page = walk(client, "GET", f"{path}/report")
    hidden = Page(page.text).forms[-1].hidden
    fields = {"question": "2", "reason": "unclear"}
    assert walk(client, "POST", f"{path}/report", data=hidden | fields).status_code == 303


def help_person(walk, client, person, attempt, data):
    """Do everything the help desk may, down to the number, which is given back at the end."""
    for action, fields in (
        ("pin", {}),
        ("phone", {}),
        ("name", {"name": "Trần Thị Bưởi"}),
        ("time", {"round": "1", "minutes": "5"}),
        ("free-number", {}),
        ("number", {"phone": "0912345679"}),
    ):
        answer = walk(client, "POST", f"{person}/{action}", data=data | fields)
        assert answer.status_code in {200, 303}, action
    _answer(walk, client, data)
    walk(client, "POST", f"{attempt}/give-back", data=data)
    walk(client, "GET", person)


def _prepare_a_contest(walk, client, token):
    """Begin a draft as like as two peas, look at every step, and try a paper of the contest."""
    new = {"title": "Thi thêm", "unit": "VGCL", "preset": "union_weekly_20x20"}
    # What a process makes once (a password to compare with) was not drawn in a second walk.
    walk.begin_again(9_000)
    begun = walk(client, "POST", "/admin/contests/new", data=token | new)
    draft = begun.location.partition("/steps/")[0]
    steps = ("basics", "rules", "paper", "rounds", "regulation", "check")
    for path in (
        *(f"steps/{step}" for step in steps),
        "print",
        "preview",
        "try",
        "rehearse",
        "signed.pdf",
    ):
        walk(client, "GET", f"{draft}/{path}")
    for path in ("steps/basics", "approve", "signed", "archive"):
        walk(client, "POST", f"{draft}/{path}", data=token | {"seen": "x"})
    for path in ("", "?archive=1"):
        walk(client, "GET", f"/admin{path}")
    trial = f"/admin/try/contests/tim-hieu/{int(NOON.timestamp() * 1000)}-{'0' * 16}"
    rules = "/admin/c/tim-hieu/rules"
    typed = dict.fromkeys(("rounds-0-opens", "rounds-0-closes"), "")
    old = "/admin/c/tim-hieu/out-of-force"
    walk(client, "POST", rules, data=token | typed)
    walk(client, "POST", old, data=token)
    for path in (
        rules,
        old,
        "/admin/c/tim-hieu/try",
        "/admin/c/tim-hieu/rehearse",
        trial,
        f"{trial}/result",
        "/c/tim-hieu/regulation",
    ):
        walk(client, "GET", path)
    walk(client, "PUT", f"{trial}/answers", json={"op": 1, "answers": {"1": "A"}})
    walk(client, "POST", f"{trial}/submit", json={})
    for method, path in (("GET", "regulation.pdf"), ("POST", "clone"), ("POST", "archive")):
        front = "/c" if method == "GET" else "/admin/c"
        walk(client, method, f"{front}/tim-hieu/{path}", data=token)


def differences(one, other):
    """Return (request, what differs) of two walks that made the same requests."""
    assert [answer.asked for answer in one.answers] == [answer.asked for answer in other.answers]
    return [
        (mine.asked, name)
        for mine, theirs in zip(one.answers, other.answers, strict=True)
        for name in ("status", "headers", "body")
        if getattr(mine, name) != getattr(theirs, name)
    ]


def takes_several(number):
    return number % 3 == 0


def right_options(number, shift):
    """Return the right options as a bitmask of four: one, or some beside each other.

    How many they are changes with the key too: a paper may not tell that either.
    """
    count = 2 + shift % 2 if takes_several(number) else 1
    return mask_of([(number + shift + place) % 4 for place in range(count)])


def right_at_first(number):
    """Pick what is right in a contest without a shift, and wrong with one."""
    return right_options(number, 0)


def wrong_in_both(number):
    """Pick what is wrong with any shift up to two; one of two options may be right."""
    return mask_of([(number + 3) % 4, (number + 1 if takes_several(number) else number + 3) % 4])


def test_while_the_score_is_held_back_another_key_changes_nothing(walked):
    right = walked(0, reveal=HIDDEN, picks=right_at_first)
    wrong = walked(1, reveal=HIDDEN, picks=right_at_first)

    assert differences(right, wrong) == []


def test_where_the_score_is_the_same_another_key_changes_nothing(walked):
    one = walked(0, reveal=SHOWN, picks=wrong_in_both)
    other = walked(1, reveal=SHOWN, picks=wrong_in_both)

    assert differences(one, other) == []


def test_where_the_score_is_shown_nothing_but_the_score_differs(walked):
    right = walked(0, reveal=SHOWN, picks=right_at_first, rival=10)
    wrong = walked(1, reveal=SHOWN, picks=right_at_first, rival=10)

    assert differences(right, wrong) != []
    for mine, theirs in zip(right.answers, wrong.answers, strict=True):
        assert mine.status == theirs.status
        assert without_etag(mine) == without_etag(theirs)
        if mine.body[:4] in {b"\x89PNG", b"PK\3\4"}:
            continue  # the score, drawn or packed
        pairs = set(zip(tokens(mine.body), tokens(theirs.body), strict=True))
        assert {pair for pair in pairs if pair[0] != pair[1]} <= {(b"%d" % ASKED, b"0")}, mine.asked


def test_what_is_compared_is_every_route(walked):
    walk = walked(0, reveal=SHOWN, picks=right_at_first)

    endpoints = {rule.endpoint for rule in walk.app.url_map.iter_rules()}
    assert endpoints - walk.endpoints == LEFT_OUT
    boards = [one.body for one in walk.answers if one.asked.endswith(".json?round=1")]
    assert sum(b'"rows":[{' in body for body in boards) == 4
    assert {answer.status for answer in walk.answers} >= {200, 302, 303, 404, 409, 410, 422}


def test_what_is_compared_are_papers_with_both_kinds_of_questions(walked):
    walk = walked(0, reveal=SHOWN, picks=right_at_first)

    papers = b"".join(one.body for one in walk.answers if re.fullmatch(r"GET /a/[^/]+", one.asked))
    assert b'type="radio"' in papers
    assert b'type="checkbox"' in papers


def is_first_option_right(question, asked):
    return question.right >> asked.order[0] & 1


def count_right_options(question, _asked):
    return question.right.bit_count()


@pytest.mark.only("sqlite")  # what finds it is the same everywhere
@pytest.mark.parametrize("told", [is_first_option_right, count_right_options])
def test_a_page_that_tells_of_the_right_options_is_found(walked, monkeypatch, told):
    real = views.paper_page

    def marked(found, **given):
        """Tell it of the first question that takes several answers, in spaces."""
        row = attempts.attempt_row(found.public_id)
        paper = rules.decode_paper(row.paper)
        asked = next(one for one in paper if takes_several(one.number))
        question = get_questions(row.bank_version_id)[asked.number - 1]
        page = real(found, **given)
        page.set_data(page.get_data() + b" " * told(question, asked))
        return page

    monkeypatch.setattr(views, "paper_page", marked)
    one = walked(0, reveal=SHOWN, picks=wrong_in_both)
    others = [walked(shift, reveal=SHOWN, picks=wrong_in_both) for shift in (1, 2)]

    found = {asked for other in others for asked, _ in differences(one, other)}
    assert found
    assert all(re.fullmatch(r"GET /a/[\w-]+", asked) for asked in found)


@pytest.mark.only("sqlite")
def test_a_score_that_is_shown_too_early_is_found(walked, monkeypatch):
    monkeypatch.setattr(outcome, "_is_score_told", lambda *_, **__: True)

    right = walked(0, reveal=HIDDEN, picks=right_at_first)
    wrong = walked(1, reveal=HIDDEN, picks=right_at_first)

    assert any(asked.endswith("/result") for asked, _ in differences(right, wrong))


def tokens(body):
    return re.findall(rb"\d+|\D+", body)


def without_etag(answer):
    """Return the headers without what must follow the body."""
    left_out = {"ETag", "Content-Length"}
    return [(name, value) for name, value in answer.headers if name not in left_out]
