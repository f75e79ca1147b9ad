"""Who gets in where: every route of organisers × role × place in the tree, against one table.

The scene's contest belongs to the province P, below the confederation; its person counts for C, a
unit below P. Somebody with each role sits at each of PLACES and sends every request. Nothing is
kept of what a request writes, so that all of them meet the same scene.
"""

from dataclasses import dataclass, field, replace

import pytest
from flask.testing import FlaskClient
from flask_wtf.csrf import _FlaskFormCSRF
from sqlalchemy import text

from quizapp.attempts import service as attempt_service
from quizapp.attempts.service import Why
from quizapp.contests import service as contest_service
from quizapp.db import RequestSession, db, transaction
from quizapp.people.roles import Role
from quizapp.people.service.sessions import start_session
from quizapp.units.kinds import UnitKind
from tests.integration.test_every_route import (
    CONTESTANT,
    PUBLIC,
    TIED,
    TRIED,
    UNSAFE,
    bank_file,
    people_file,
    phone_client,
    rehearsal,
    routes,
    two_equals,
)
from tests.making import (
    attempts,
    banks,
    boards,
    contests,
    drafts,
    events,
    people,
    press,
    reviews,
    studying,
    tickets,
    units,
    wishes,
)

LETTERS = {
    "W": Role.OWNER,
    "O": Role.ORGANISER,
    "Q": Role.QUESTION_WRITER,
    "H": Role.HELP_DESK,
    "A": Role.AUDITOR,
    "V": Role.VIEWER,
}
ALL = "".join(LETTERS)
# Where somebody sits, seen from the contest's province P and the person's unit C below it.
PLACES = {
    "own": "P",  # the unit that the contest belongs to
    "parent": "VGCL",
    "child": "C",  # the unit of the person
    "other child": "D",
    "sibling": "S",  # another province
    "foreign": "F",  # a unit below that
}
WHOLE = frozenset({"own", "parent"})  # who reaches all of the contest
PART = WHOLE | {"child", "other child"}  # who reaches some of its people
PERSON = WHOLE | {"child"}  # who reaches this person
ANYWHERE = frozenset(PLACES)
NOWHERE = frozenset()


@dataclass(frozen=True, kw_only=True)
class Row:
    """Who is let in: these roles at these places; everybody else is answered `refused`.

    `about` names the value of the scene that stands for `public_id` in the address, `slug` the
    contest. A page that everybody may open but that lists only what is theirs has `lists`: what the
    page says then.
    """

    roles: str
    places: frozenset
    about: str = "person"
    slug: str = "tim-hieu"
    fields: dict = field(default_factory=dict)
    refused: frozenset = frozenset({403, 404})
    lists: str = ""
    as_json: dict | None = None


# Of a job only who asked for it knows: the matrix asks as everybody else.
POLICY = {
    "attempts_admin.attempt": Row(roles="WOHA", places=PERSON, about="attempt"),
    "attempts_admin.correct_attempt": Row(
        roles="WOH", places=PERSON, about="attempt", fields={"unit": "C"}
    ),
    "attempts_admin.correct_name": Row(roles="WOH", places=PERSON, fields={"name": "Đặng Thị Hòa"}),
    "attempts_admin.correct_person": Row(roles="WOH", places=PERSON, fields={"unit": "C"}),
    "attempts_admin.decide_typed": Row(
        roles="WOH",
        places=WHOLE,
        fields={"group": "cong ty may 10", "seen": "1", "leave": "1", "show": "open"},
    ),
    "attempts_admin.find_person": Row(roles="WOHA", places=PERSON, fields={"who": people.PHONE}),
    "attempts_admin.free_number": Row(roles="WO", places=PERSON),
    "attempts_admin.give_back": Row(roles="WO", places=PERSON, about="attempt"),
    "attempts_admin.give_number": Row(roles="WO", places=PERSON, fields={"phone": "0987 650 439"}),
    "attempts_admin.give_time": Row(
        roles="WO", places=PERSON, fields={"round": "1", "minutes": "5"}
    ),
    "attempts_admin.incidents": Row(roles="WO", places=PART),
    "attempts_admin.pause": Row(roles="WO", places=WHOLE),
    "attempts_admin.resume": Row(roles="WO", places=WHOLE),
    "attempts_admin.give_extra": Row(
        roles="WO",
        places=PERSON,
        fields={"unit": "C", "minutes": "5", "looked": "{extra}"},
        refused=frozenset({403, 404, 422}),  # for whom reaches others there is no such unit
    ),
    "attempts_admin.withdraw": Row(roles="WO", places=PERSON, fields={"grant": "{grant}"}),
    "attempts_admin.compensate": Row(
        roles="WO",
        places=WHOLE,
        fields={"began": "2026-11-23 12:00", "ended": "2026-11-23 12:05", "looked": "-"},
    ),
    "attempts_admin.merge_person": Row(roles="WO", places=PERSON, fields={"phone": "0987 650 432"}),
    "attempts_admin.people": Row(roles="WOHA", places=PART),
    "attempts_admin.person": Row(roles="WOHA", places=PERSON),
    "attempts_admin.read_phone": Row(roles="WOH", places=PERSON),
    "attempts_admin.reset_pin": Row(roles="WOH", places=PERSON),
    "attempts_admin.restore_attempt": Row(roles="WO", places=PERSON, about="void_attempt"),
    "attempts_admin.restore_person": Row(roles="WO", places=PERSON, about="void_person"),
    "attempts_admin.typed_units": Row(roles="WOHA", places=WHOLE),
    "attempts_admin.void_attempt": Row(roles="WO", places=PERSON, about="attempt"),
    "attempts_admin.void_person": Row(roles="WO", places=PERSON),
    "banks_admin.banks": Row(roles=ALL, places=PART, lists="Ngân hàng của tỉnh P"),
    "attempts_banks.bank": Row(roles=ALL, places=PART, refused=frozenset({404})),
    "banks_admin.difference": Row(roles="WOQ", places=WHOLE, refused=frozenset({404})),
    "banks_admin.difference_with_keys": Row(roles="WOQ", places=WHOLE, refused=frozenset({404})),
    "banks_admin.guide": Row(roles=ALL, places=ANYWHERE),
    "banks_admin.template": Row(roles=ALL, places=ANYWHERE),
    "banks_admin.bring": Row(
        roles="WOQ",
        places=frozenset({"own"}),
        fields={"bank": "bank-moi", "how": "replaces", "file": True},
    ),
    "banks_admin.change": Row(
        roles="WOQ", places=WHOLE, about="review", fields={"revision": "1", "do": "skip"}
    ),
    "banks_admin.decide": Row(
        roles="WOQ", places=WHOLE, about="review", fields={"revision": "1", "publish": "1"}
    ),
    "banks_admin.go_on": Row(roles="WOQ", places=WHOLE, about="review"),
    "banks_admin.question": Row(roles="WOQ", places=WHOLE, about="review"),
    "banks_admin.reported": Row(roles="WOQ", places=WHOLE),
    "banks_admin.review": Row(roles="WOQ", places=WHOLE, about="review"),
    "contests_admin.add_document": Row(
        roles="WO",
        places=WHOLE,
        fields={"title": "Luật", "shown": "always", "url": "https://vanban.chinhphu.vn/luat"},
    ),
    "contests_admin.approve": Row(roles="WO", places=WHOLE, about="draft"),
    "contests_admin.archive": Row(roles="WO", places=WHOLE, slug=TIED),
    "contests_admin.archive_draft": Row(roles="WO", places=WHOLE, about="draft"),
    "contests_admin.begin": Row(
        roles="WO",
        places=WHOLE,
        fields={"title": "Thi thêm", "preset": "union_weekly_20x20"},
    ),
    "contests_admin.begin_for_contest": Row(
        roles="WO", places=WHOLE, fields={"hours": "2", "bank": "bank-tim-hieu"}
    ),
    "contests_admin.begin_for_draft": Row(
        roles="WO", places=WHOLE, about="draft", fields={"hours": "2", "bank": "bank-tim-hieu"}
    ),
    "contests_admin.bring_banner": Row(roles="WO", places=WHOLE),
    "contests_admin.change_look": Row(roles="WO", places=WHOLE),
    "contests_admin.change_rules": Row(roles="WO", places=WHOLE),
    "contests_admin.change_document": Row(roles="WO", places=WHOLE, fields={"shown": "before"}),
    "contests_admin.choose_practice": Row(roles="WO", places=WHOLE),
    "contests_admin.clone": Row(roles="WO", places=WHOLE),
    "contests_admin.draft": Row(roles="WO", places=WHOLE, about="draft"),
    "contests_admin.draft_regulation": Row(roles="WO", places=WHOLE, about="draft"),
    "contests_admin.enter_head_count": Row(
        roles="WO",
        places=WHOLE,
        fields={"members": "1.200", "counted_on": "2026-11-01", "source": "báo cáo"},
    ),
    "contests_admin.head_counts": Row(roles=ALL, places=WHOLE, lists="4.321"),
    "contests_admin.home": Row(roles=ALL, places=PART, lists="Tìm hiểu pháp luật (tim-hieu)"),
    "contests_admin.learning": Row(roles="WO", places=WHOLE),
    "contests_admin.lock_head_count": Row(
        roles="WO", places=WHOLE, fields={"counted_on": "2026-10-01"}
    ),
    "contests_admin.new_contest": Row(roles=ALL, places=ANYWHERE),
    "contests_admin.old_questions": Row(roles="WO", places=WHOLE),
    "contests_admin.preview": Row(roles="WO", places=WHOLE, about="draft"),
    "contests_admin.rule_on_questions": Row(roles="WO", places=WHOLE),
    "contests_admin.rehearse_contest": Row(roles="WO", places=WHOLE),
    "contests_admin.rehearse_draft": Row(roles="WO", places=WHOLE, about="draft"),
    "contests_admin.links": Row(roles="WO", places=WHOLE),
    "contests_admin.look_page": Row(roles="WO", places=WHOLE),
    "contests_admin.rules": Row(roles="WO", places=WHOLE),
    "contests_admin.save": Row(roles="WO", places=WHOLE, about="draft", fields={"seen": "x"}),
    "contests_admin.signed": Row(roles="WO", places=WHOLE, about="draft"),
    "contests_admin.upload_signed": Row(roles="WO", places=WHOLE, about="draft"),
    "events_admin.change": Row(
        roles="WO", places=WHOLE, fields={"title": "Lễ", "round": "1", "theme": "dark"}
    ),
    "events_admin.create": Row(
        roles="WO", places=WHOLE, fields={"title": "Lễ tổng kết", "round": "1"}
    ),
    "events_admin.event": Row(roles="WO", places=WHOLE),
    "events_admin.events": Row(roles="WO", places=WHOLE),
    "events_admin.freeze": Row(roles="WO", places=WHOLE, fields={"freeze": "1"}),
    "events_admin.pack": Row(roles="WO", places=WHOLE, fields={"reason": "Chiếu ở hội trường"}),
    "events_admin.play": Row(roles="WO", places=WHOLE, fields={"to": "1"}),
    "events_admin.remote": Row(roles="WO", places=WHOLE),
    "people_admin.account": Row(roles=ALL, places=ANYWHERE),
    "people_admin.begin_second_step": Row(roles=ALL, places=ANYWHERE),
    "people_admin.confirm_second_step": Row(roles=ALL, places=ANYWHERE),
    "people_admin.end_one_session": Row(roles="", places=NOWHERE),  # somebody else's
    "people_admin.end_sessions": Row(roles=ALL, places=ANYWHERE),
    "people_jobs.cancel": Row(roles="", places=NOWHERE, about="job"),
    "people_jobs.file": Row(roles="", places=NOWHERE, about="job"),
    "people_jobs.job": Row(roles="", places=NOWHERE, about="job"),
    "people_admin.batch": Row(roles="", places=NOWHERE, about="nothing"),
    "people_admin.bring_sheet": Row(
        roles="W", places=ANYWHERE, fields={"file": "people"}, refused=frozenset({403})
    ),
    "people_admin.decide_batch": Row(roles="", places=NOWHERE, about="nothing"),
    "people_admin.invitations": Row(roles="W", places=ANYWHERE),
    "people_admin.links": Row(roles="", places=NOWHERE, about="nothing"),
    "people_admin.take_links": Row(roles="", places=NOWHERE, about="nothing"),
    "people_admin.end_sessions_of": Row(roles="W", places=PERSON, about="member"),
    "people_admin.grant": Row(
        roles="W",
        places=PERSON,
        fields={"phone": "0971 999 999", "name": "Lê Ba", "unit": "C", "role": "viewer"},
        refused=frozenset({403, 422}),
    ),
    "people_admin.log_page": Row(roles="WA", places=ANYWHERE),
    "people_admin.verify_log": Row(roles="WA", places=ANYWHERE),
    "people_admin.member": Row(roles="W", places=PERSON, about="member"),
    "people_admin.new_link": Row(roles="W", places=PERSON, about="member"),
    "people_admin.revoke": Row(
        roles="W", places=PERSON, about="member", fields={"unit": "C", "role": "viewer"}
    ),
    "people_admin.take_second_step_off": Row(roles="W", places=PERSON, about="member"),
    "people_admin.team_page": Row(roles="W", places=ANYWHERE),
    "people_jobs.jobs": Row(roles=ALL, places=ANYWHERE),
    "people_admin.my_rights": Row(roles=ALL, places=ANYWHERE),
    "people_admin.new_secret": Row(roles=ALL, places=ANYWHERE),
    "people_admin.renew_recovery_codes": Row(roles=ALL, places=ANYWHERE),
    "people_admin.turn_off_second_step": Row(roles=ALL, places=ANYWHERE),
    "press_admin.ask": Row(roles="WOHA", places=WHOLE, fields={"round": "0"}),
    "press_admin.file": Row(roles="WOHA", places=WHOLE),
    "press_admin.files": Row(roles="WOHA", places=WHOLE),
    "press_admin.reports": Row(roles="WOHA", places=WHOLE),
    "privacy_admin.answer": Row(
        roles="WO", places=PERSON, about="wish", fields={"reason": "Đã sửa.", "accept": "1"}
    ),
    "privacy_admin.requests": Row(roles="WOHA", places=PART),
    "results_admin.close": Row(roles="WO", places=WHOLE, slug=TIED),
    "results_admin.empty": Row(roles="WO", places=WHOLE, slug=TRIED),
    "results_admin.empty_now": Row(roles="WO", places=WHOLE, slug=TRIED),
    "results_admin.live_room": Row(roles="WOHA", places=WHOLE),
    "results_admin.live_workbook": Row(roles="WOHA", places=WHOLE),
    "results_admin.place": Row(roles="WO", places=WHOLE, slug=TIED, fields={"tied": "{tied}"}),
    "results_admin.rounds_to_close": Row(roles="WOHA", places=WHOLE),
    "results_admin.ties": Row(roles="WOHA", places=WHOLE),
    "support_admin.answer": Row(
        roles="WOH", places=PERSON, fields={"words": "Hãy tải lại trang.", "send": "1"}
    ),
    "support_admin.tickets": Row(roles="WOHA", places=PART),
    "trials.paper": Row(roles="WO", places=WHOLE),
    "trials.result": Row(roles="WO", places=WHOLE),
    # What is sent is looked at only after who sends it: a body that is no JSON says nothing.
    "trials.save": Row(roles="WO", places=WHOLE, as_json={"op": 1}),
    "trials.submit": Row(roles="WO", places=WHOLE, as_json={}),
    "trials.try_contest": Row(roles="WO", places=WHOLE),
    "trials.try_draft": Row(roles="WO", places=WHOLE, about="draft"),
}
HOW_TO = (
    "\n\nA new route of organisers needs a row in POLICY of tests/integration/test_authorisation.py"
    "\nthat says which roles at which places are let in: see the rows there."
)
# Routes whose first answer is not about who asks: what was typed does not fit the scene.
CONTROL = "attempts_admin.person"
COOKIE = "quizapp_session"
PAST_THE_DOOR = frozenset({409, 422})


def admin_routes(app):
    """Return (rule, method) of every route that only organisers may use."""
    everybodys = PUBLIC | CONTESTANT
    return [
        (rule, method)
        for rule, method in routes(app, UNSAFE | {"GET"})
        if rule.endpoint not in everybodys
    ]


def test_every_route_of_organisers_has_a_row_and_every_row_a_route(app):
    asked = {rule.endpoint for rule, _ in admin_routes(app)}

    assert asked - set(POLICY) == set(), f"routes without a row: {asked - set(POLICY)}{HOW_TO}"
    assert set(POLICY) - asked == set(), "rows of routes that are gone"


@dataclass(frozen=True, kw_only=True)
class Scene:
    app: object
    values: dict
    cookies: dict

    def path(self, rule):
        row = POLICY[rule.endpoint]
        given = self.values | {"public_id": self.values[row.about], "slug": row.slug}
        unknown = set(rule.arguments) - set(given)
        assert not unknown, f"{rule}: add a sample value for {unknown} to the scene"
        return rule.build({name: given[name] for name in rule.arguments}, append_unknown=False)[1]


@pytest.fixture
def scene(app, freeze, monkeypatch):
    freeze(contests.NOON)
    app.extensions.pop("scene", None)
    # Tokens of forms have tests of their own; here each request must come as far as the policy.
    monkeypatch.setattr(_FlaskFormCSRF, "validate_csrf_token", lambda *_: None)
    with app.app_context():
        values = made_scene()
        tokens = made_sessions()
        values["member"] = viewer_of_c()
    cookies = {who: cookie_of(app, token) for who, token in tokens.items()}
    return Scene(app=app, values=values, cookies=cookies)


def counted_and_studied(contest):
    """Count the province's members, give the contest something to study, and an evening."""
    units.head_count("P", 4_321)
    studying.made_to_study(contest)
    events.event(contest)


def shown_and_reported():
    boards.rolled_up()
    press.reported()


def made_scene():
    """Make the tree, the contest of P with people of C, and one of everything an address names."""
    people.national_unit()
    rows = [
        units.unit_row("P"),
        units.unit_row("S"),
        units.unit_row("C", kind=UnitKind.UPPER, parent_code="P"),
        units.unit_row("D", kind=UnitKind.UPPER, parent_code="P"),
        units.unit_row("F", kind=UnitKind.UPPER, parent_code="S"),
    ]
    made = units.made_units(*rows)
    contest = contests.contest(owner="P")
    mine = {"unit_id": made["C"].id, "unit_text": None, "at": contests.NOON}
    person = people.person(contest.id, **mine)
    attempt = attempts.started(contest, person)
    void_person = people.person(contest.id, phone="0987 650 431", **mine)
    people.person(contest.id, phone="0987 650 432", **mine)
    cheat = people.person(contest.id, phone="0987 650 433", **mine)
    void_attempt = attempts.finished(contest, cheat)
    people.person(contest.id, phone="0987 650 434", at=contests.NOON)  # in free words
    void_id = attempts.attempt_row(void_attempt).id
    db.session.rollback()
    why = Why(actor="system", reason="thử")
    with transaction():
        attempt_service.void_person(void_person.id, why, at=contests.NOON)
        attempt_service.void_attempt(void_id, why, at=contests.NOON)
    ticket = tickets.asked(contest, person)
    wish = wishes.correction(person)
    counted_and_studied(contest)
    banks.published(3, code="bank-p", title="Ngân hàng của tỉnh P")
    with transaction():
        owns = "UPDATE bank SET owner_unit_id = :unit WHERE code = 'bank-p'"
        db.session.execute(text(owns), {"unit": made["P"].id})
    two_equals(owner="P")
    shown_and_reported()
    draft = made_draft(made["P"])
    rehearsal("tim-hieu")
    return {
        "number": 1,
        "tied": somebody_in(TIED),
        "person": person.public_id.hex(),
        "void_person": void_person.public_id.hex(),
        "attempt": attempt,
        "grant": grant_of(contest, made["C"]),
        "extra": f"{made['C'].id} 300",
        "void_attempt": void_attempt,
        "ticket": ticket,
        "wish": wish,
        "bank": "bank-p",
        "job": "0" * 32,
        "review": reviews.made_review(made["P"]),
        "nothing": "0" * 32,
        "ref": "0" * 16,
        "bank_code": "bank-p",
        "before": 1,
        "after": 1,
        "form": "xlsx",
        "step": "rules",
        "draft": draft,
        "kind": "drafts",
        "name": draft,
        "trial": f"{int(contests.NOON.timestamp() * 1000)}-{'0' * 16}",
    }


def grant_of(contest, unit):
    """Give everybody of a unit five minutes more; return the grant's number."""
    why, whom = Why(actor="system", reason="thử"), attempt_service.For(unit_id=unit.id)
    with transaction():
        attempt_service.grant_time(contest.rounds[0], whom, 300, why, at=contests.NOON)
    found = db.session.scalar(text("SELECT max(id) FROM time_grant"))
    db.session.rollback()
    return found


def made_draft(unit):
    """Return the public id of a whole draft of P with a signed regulation."""
    people.organiser(phone="0987 650 435", unit=unit, at=contests.NOON)
    draft = drafts.whole_draft(bank="bank-tim-hieu", unit="P")
    with transaction():
        organiser = drafts.runner("P")
        content = {"file_name": "the-le.pdf", "content": drafts.PDF}
        contest_service.store_signed(organiser, draft, at=contests.NOON, **content)
    return draft


def somebody_in(slug):
    query = (
        "SELECT person.public_id FROM person JOIN contest ON contest.id = person.contest_id"
        " WHERE contest.slug = :slug ORDER BY person.id LIMIT 1"
    )
    public_id = db.session.scalar(text(query), {"slug": slug})
    db.session.rollback()
    return bytes(public_id).hex()


def viewer_of_c():
    """Return the public id of the one who only looks at C."""
    query = (
        "SELECT organiser.public_id FROM organiser"
        " JOIN organiser_grant AS one ON one.organiser_id = organiser.id"
        " JOIN unit ON unit.id = one.unit_id WHERE one.role = 'viewer' AND unit.code = 'C'"
    )
    public_id = db.session.scalar(text(query))
    db.session.rollback()
    return bytes(public_id).hex()


def made_sessions():
    """Return (role, place) → the token of a session of somebody who has only that role there."""
    made = {}
    for number, (letter, place) in enumerate(
        (letter, place) for letter in LETTERS for place in PLACES
    ):
        unit = units.service.find_unit(PLACES[place])
        db.session.rollback()
        phone = f"0971 000 {number:03d}"
        people.invited_organiser(phone=phone, role=LETTERS[letter], unit=unit, at=contests.NOON)
        made[letter, place] = session_of(phone)
    return made


def session_of(phone):
    found = "SELECT max(id) FROM organiser"  # who was invited last
    organiser_id = db.session.scalar(text(found))
    db.session.rollback()
    with transaction():
        return start_session(organiser_id, user_agent="thử", at=contests.NOON)


def cookie_of(app, token):
    """Return the cookie of a browser that is signed in with this session."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client.get_cookie(COOKIE).value


class Matrix:
    """Sends requests of which nothing is kept, and says where the table is not obeyed."""

    def __init__(self, scene, monkeypatch):
        self.scene = scene
        self.kept = 0
        self.problems = []
        self.client = FlaskClient(scene.app, scene.app.response_class)  # nothing is to be kept
        monkeypatch.setattr(RequestSession, "commit", self._undo)

    def _undo(self, *_args):
        self.kept += 1
        db.session.rollback()

    def send(self, path, method, letter, place, **given):
        """Send a request with the session as it was at first, whatever was done to it since."""
        self.client.set_cookie(COOKIE, self.scene.cookies[letter, place])
        return self.client.open(path, method=method, **given)

    def ask(self, rule, method, letter, place):
        row = POLICY[rule.endpoint]
        self.kept = 0
        sent = {"data": self.fields_of(row, method)}
        if row.as_json is not None:
            sent = {"json": row.as_json}
        answer = self.send(self.scene.path(rule), method, letter, place, **sent)
        is_let_in = letter in row.roles and place in row.places
        complaint = complaint_about(row, answer, is_let_in, self.kept)
        if complaint:
            who = f"{LETTERS[letter]} at {place}"
            self.problems.append(f"{method} {rule.endpoint}, {who}: {complaint}")

    def fields_of(self, row, method):
        """Return what is typed into a form; the unit is the province P."""
        if method == "GET":
            return None
        typed = {"unit": "P", "reason": "đối chiếu danh sách"} | row.fields
        file = typed.pop("file", None)
        if file == "people":
            return typed | {"file": people_file("C")}
        if file:
            return typed | {"files": bank_file()}
        return {name: words.format(**self.scene.values) for name, words in typed.items()}


def complaint_about(row, answer, is_let_in, kept):
    status = answer.status_code
    if row.lists:
        is_listed = row.lists in answer.text
        if status != 200 or is_listed != is_let_in:
            return f"{status}, lists it: {is_listed}, should: {is_let_in}"
        return None
    if is_let_in:
        return None if status < 400 or status in PAST_THE_DOOR else f"let in, but {status}"
    if status not in row.refused:
        return f"not let in, but {status}"
    return f"refused with {status}, and wrote" if kept else None


def ask_all(scene, monkeypatch, *, places):
    matrix = Matrix(scene, monkeypatch)
    for rule, method in admin_routes(scene.app):
        if rule.endpoint not in POLICY:
            continue  # the test above names it
        for letter, place in scene.cookies:
            if place in places:
                matrix.ask(rule, method, letter, place)
    return matrix.problems


def test_every_role_at_every_place_is_let_in_exactly_where_the_table_says(
    scene, monkeypatch, database
):
    # The rules are the same code on both; PostgreSQL is asked about both sides of the border.
    places = PLACES if database.name == "sqlite" else {"own", "sibling"}

    problems = ask_all(scene, monkeypatch, places=places)

    assert problems == [], "\n".join(problems) + HOW_TO


def test_a_table_that_is_wrong_about_a_role_or_a_place_is_found(scene, monkeypatch):
    """The control of the test above: what it says about a route can be wrong."""
    rule = next(rule for rule, _ in admin_routes(scene.app) if rule.endpoint == CONTROL)
    right = POLICY[CONTROL]
    wrong = {
        "viewer at own": replace(right, roles=right.roles + "V"),
        "help_desk at own": replace(right, roles="WOA"),
        "owner at sibling": replace(right, places=PERSON | {"sibling"}),
    }
    for who, row in wrong.items():
        monkeypatch.setitem(POLICY, CONTROL, row)
        matrix = Matrix(scene, monkeypatch)
        for letter, place in (("V", "own"), ("H", "own"), ("W", "sibling"), ("W", "own")):
            matrix.ask(rule, "GET", letter, place)
        assert [line.partition(", ")[2].partition(":")[0] for line in matrix.problems] == [who]


def test_a_method_that_a_route_does_not_have_is_not_found_and_writes_nothing(scene, monkeypatch):
    matrix = Matrix(scene, monkeypatch)
    offered = {}
    for rule, method in admin_routes(scene.app):
        offered.setdefault(scene.path(rule), set()).add(method)
    for path, methods in offered.items():
        for method in (UNSAFE | {"GET"}) - methods:
            answer = matrix.send(path, method, "W", "own")
            assert answer.status_code == 405, (method, path)
    assert matrix.kept == 0


def test_a_foreign_id_on_a_contestants_route_is_not_found(scene, app, monkeypatch):
    """The paper of somebody else, of the same contest or of another, is no paper."""
    with app.app_context():
        other = contests.contest("khac", owner="S")
        stranger = people.person(other.id, phone="0987 650 439", at=contests.NOON)
        own = attempts.started(other, stranger)
    client = phone_client(app.test_client, other, stranger)
    assert client.get(f"/a/{own}").status_code == 200
    matrix = Matrix(scene, monkeypatch)
    for rule, method in routes(app, UNSAFE | {"GET"}):
        if rule.endpoint not in CONTESTANT or "public_id" not in rule.arguments:
            continue
        for foreign in (scene.values["attempt"], scene.values["void_attempt"], "A" * len(own)):
            path = rule.build({"public_id": foreign}, append_unknown=False)[1]
            answer = client.open(path, method=method, json={"op": 1, "answers": {}})
            assert answer.status_code == 404, (method, path, answer.status_code)
    assert matrix.kept == 0
