"""What holds for every route, also for those that are added tomorrow.

A new route fails here until somebody says on purpose who may see it and how it is guarded.
"""

import io
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import pytest
from flask import Response, request
from sqlalchemy import func, select

from quizapp.app import MAX_BODY, create_app
from quizapp.attempts import service as attempt_service
from quizapp.attempts.service import Why
from quizapp.banks.writing import write_bank
from quizapp.config import ROOT
from quizapp.contests import service as contest_service
from quizapp.contests.rules.schedule import Window
from quizapp.db import db, transaction
from quizapp.jobs import service as jobs
from quizapp.people import service as person_service
from quizapp.people.models import Organiser
from quizapp.press import service as press_service
from quizapp.web import contestant as cookies
from quizapp.web.contestant import Contestant
from quizapp.web.guards import signed
from tests.integration.harness import watch_writes
from tests.integration.pages import Page, policy
from tests.making import (
    attempts,
    banks,
    boards,
    contests,
    drafts,
    events,
    people,
    pictures,
    press,
    reviews,
    studying,
    tickets,
    units,
    wishes,
)

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}

# Open to everybody. What stands in neither list is for organisers who signed in.
PUBLIC = {
    "banks.picture",  # whoever knows the digest of its bytes
    "certificates.check",  # whoever reads the code on a certificate
    "contests.banner",  # whoever knows the digest of its bytes
    "contests.come_back",
    "contests.come_back_by_pin",
    "contests.document",
    "contests.enter",
    "contests.find_units",
    "contests.choose_new_pin",
    "contests.index",
    "contests.join",
    "contests.mine",  # what stands in the phone's own cookie
    "contests.new_pin",
    "contests.regulation_page",
    "contests.share_card",
    "contests.show",
    "contests.signed_regulation",
    "events.by_code",  # whoever reads the six digits in a hall
    "events.part",  # the screens: whoever holds the link
    "events.screen",
    "events.step",
    "events.where",
    "health.healthz",
    "health.readyz",
    "metrics.show",  # whoever asks from the machine itself
    "privacy.about",
    "privacy.accessibility",
    "privacy.statement",
    "people_admin.second_step",  # whoever has given a password a moment ago
    "people_admin.set_up_by_link",  # whoever holds the one-time link
    "people_admin.sign_in_by_code",
    "people_admin.sign_in_by_password",
    "people_admin.sign_out",  # ends only the session of the browser that asks
    "people_admin.set_up",
    "people_admin.sign_in",
    "practice.mark",
    "practice.paper",
    "practice.ready",
    "results.statistics",
    "standings.board",
    "static",
    "support.ask",
    "support.need_help",
}
# Only for the phone that takes part.
CONTESTANT = {
    "attempts.me",
    "attempts.paper",
    "attempts.picture",
    "attempts.picture_file",
    "attempts.ready",
    "attempts.report",
    "attempts.report_question",
    "attempts.result",
    "attempts.save",
    "attempts.start",
    "attempts.submit",
    "certificates.file",
    "certificates.show",
    "contests.leave",
    "contests.others",
    "contests.switch",
    "privacy.change_consent",
    "privacy.correct",
    "privacy.erase",
    "privacy.export",
    "privacy.export_file",
    "privacy.my_data",
    "support.close_own",
}
# Change something without writing to the database.
WRITES_NOTHING = {
    "contests.leave",  # the phone's own cookie only
    "contests.others",
    "contests.switch",
    "practice.mark",  # what was answered is dropped
}
# Send no form: the body must be declared JSON, which no form of another site can do.
JSON_ONLY = {"attempts.save", "events.step", "trials.save"}
# Which page holds the form of a route, and whose page it is.
FORMS = {
    "attempts_admin.correct_attempt": ("organiser", "/admin/c/{slug}/attempts/{public_id}"),
    "attempts_admin.correct_person": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "attempts_admin.correct_name": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "attempts_admin.free_number": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "attempts_admin.give_back": ("organiser", "/admin/c/{slug}/attempts/{public_id}"),
    "attempts_admin.give_number": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "attempts_admin.give_time": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "attempts_admin.pause": ("organiser", "/admin/c/{slug}/incidents"),
    "attempts_admin.resume": ("organiser", "/admin/c/{slug}/incidents"),
    "attempts_admin.give_extra": ("organiser", "/admin/c/{slug}/incidents"),
    "attempts_admin.withdraw": ("organiser", "/admin/c/{slug}/incidents"),
    "attempts_admin.compensate": ("organiser", "/admin/c/{slug}/incidents"),
    "attempts_admin.read_phone": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "attempts_admin.reset_pin": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "attempts_admin.decide_typed": ("organiser", "/admin/c/{slug}/typed-units"),
    "attempts_admin.find_person": ("organiser", "/admin/c/{slug}/people"),
    "attempts_admin.merge_person": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "attempts_admin.restore_attempt": ("organiser", "/admin/c/{slug}/attempts/{public_id}"),
    "attempts_admin.restore_person": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "attempts_admin.void_attempt": ("organiser", "/admin/c/{slug}/attempts/{public_id}"),
    "attempts_admin.void_person": ("organiser", "/admin/c/{slug}/people/{public_id}"),
    "banks_admin.bring": ("organiser", "/admin/banks"),
    "banks_admin.change": ("organiser", "/admin/banks/reviews/{public_id}/questions/{number}"),
    "banks_admin.decide": ("organiser", "/admin/banks/reviews/{public_id}"),
    "banks_admin.difference_with_keys": (
        "organiser",
        "/admin/banks/of/{bank_code}/difference?before={before}&after={after}",
    ),
    "events_admin.change": ("organiser", "/admin/c/{slug}/events/{number}"),
    "events_admin.create": ("organiser", "/admin/c/{slug}/events"),
    "events_admin.freeze": ("organiser", "/admin/c/{slug}/events/{number}/remote"),
    "events_admin.pack": ("organiser", "/admin/c/{slug}/events/{number}"),
    "events_admin.play": ("organiser", "/admin/c/{slug}/events/{number}/remote"),
    "practice.mark": ("stranger", "/c/{slug}/practice/{number}"),
    "contests_admin.add_document": ("organiser", "/admin/c/{slug}/learn"),
    "contests_admin.change_document": ("organiser", "/admin/c/{slug}/learn"),
    "contests_admin.choose_practice": ("organiser", "/admin/c/{slug}/learn"),
    "contests_admin.approve": ("organiser", "/admin/drafts/{public_id}/steps/check"),
    "contests_admin.archive": ("organiser", "/admin"),
    "contests_admin.archive_draft": ("organiser", "/admin"),
    "contests_admin.begin": ("organiser", "/admin/contests/new"),
    "contests_admin.begin_for_contest": ("organiser", "/admin/c/{slug}/rehearse"),
    "contests_admin.begin_for_draft": ("organiser", "/admin/drafts/{public_id}/rehearse"),
    "contests_admin.bring_banner": ("organiser", "/admin/c/{slug}/look"),
    "contests_admin.change_look": ("organiser", "/admin/c/{slug}/look"),
    "contests_admin.change_rules": ("organiser", "/admin/c/{slug}/rules"),
    "contests_admin.clone": ("organiser", "/admin"),
    "contests_admin.enter_head_count": ("organiser", "/admin/head-counts"),
    "contests_admin.lock_head_count": ("organiser", "/admin/head-counts"),
    "contests_admin.rule_on_questions": ("organiser", "/admin/c/{slug}/out-of-force"),
    "contests_admin.save": ("organiser", "/admin/drafts/{public_id}/steps/rules"),
    "contests_admin.upload_signed": ("organiser", "/admin/drafts/{public_id}/steps/regulation"),
    "press_admin.ask": ("organiser", "/admin/c/{slug}/press"),
    "press_admin.files": ("organiser", "/admin/c/{slug}/press"),
    "privacy.change_consent": ("contestant", "/c/{slug}/my-data"),
    "privacy.correct": ("contestant", "/c/{slug}/my-data"),
    "privacy.erase": ("contestant", "/c/{slug}/my-data"),
    "privacy.export": ("contestant", "/c/{slug}/my-data"),
    "privacy_admin.answer": ("organiser", "/admin/c/{slug}/privacy"),
    "results_admin.close": ("organiser", "/admin/c/{slug}/close"),
    "results_admin.empty_now": ("organiser", "/admin/c/{slug}/empty"),
    "results_admin.place": ("organiser", "/admin/c/{slug}/ties"),
    "support_admin.answer": ("organiser", "/admin/c/{slug}/tickets?show=answered"),
    "attempts.report_question": ("contestant", "/a/{public_id}/report"),
    "support.ask": ("stranger", "/help"),
    "support.close_own": ("contestant", "/help"),
    "attempts.start": ("contestant", "/c/{slug}/rounds/{number}"),
    "attempts.submit": ("contestant", "/a/{public_id}"),
    "contests.choose_new_pin": ("stranger", "/return/new-pin"),
    "contests.come_back_by_pin": ("stranger", "/return"),
    "contests.enter": ("stranger", "/c/{slug}/join"),
    "contests.leave": ("contestant", "/c/{slug}/rounds/{number}"),
    "contests.others": ("contestant", "/c/{slug}/rounds/{number}"),
    "contests.switch": ("contestant on a shared phone", "/c/{slug}/rounds/{number}"),
    "people_admin.verify_log": ("organiser", "/admin/log"),
    "people_admin.bring_sheet": ("organiser", "/admin/team/invitations"),
    "people_admin.decide_batch": ("organiser", "/admin/team/invitations/{public_id}"),
    "people_admin.end_sessions_of": ("organiser", "/admin/team/{public_id}"),
    "people_admin.grant": ("organiser", "/admin/team"),
    "people_admin.links": ("organiser", "/admin/team/invitations/{public_id}"),
    "people_admin.take_links": ("organiser", "/admin/team/invitations/{public_id}"),
    "results_admin.live_workbook": ("organiser", "/admin/c/{slug}/live"),
    "people_admin.new_link": ("organiser", "/admin/team/{public_id}"),
    "people_admin.revoke": ("organiser", "/admin/team/{public_id}"),
    "people_admin.take_second_step_off": ("organiser", "/admin/team/{public_id}"),
    "people_admin.begin_second_step": ("organiser", "/admin/account"),
    "people_admin.confirm_second_step": ("organiser", "/admin/account/second-step"),
    "people_admin.end_one_session": ("organiser", "/admin/account"),
    "people_admin.end_sessions": ("organiser", "/admin/account"),
    "people_jobs.cancel": ("organiser", "/admin/jobs/{public_id}"),
    "people_admin.renew_recovery_codes": ("careful organiser", "/admin/account"),
    "people_admin.set_up_by_link": ("stranger", "/setup/{token}"),
    "people_admin.sign_in_by_code": ("half signed in", "/signin/code"),
    "people_admin.sign_in_by_password": ("stranger", "/signin"),
    "people_admin.sign_out": ("organiser", "/admin/account"),
    "people_admin.turn_off_second_step": ("careful organiser", "/admin/account"),
    "trials.submit": ("organiser", "/admin/try/drafts/{name}/{trial}"),
}
SEVERAL = {
    "events_admin.change": 5,  # the link, a rehearsal, the list of states, one more, the look
    "contests_admin.change_look": 2,  # the colour, the number to call
    "events_admin.play": 2,  # to move, and to say something
    "privacy.change_consent": 2,  # to hide, and to leave
}
ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://example.org"},
    {"Origin": "null"},
    {"Origin": "http://localhost.example.org"},
    {"Origin": "http://localhost:81"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
]
HEAVIEST = 150_000  # bytes of an organiser's page
LINK = {"shown": "before", "url": "https://vanban.chinhphu.vn/luat-cong-doan"}
TO_STUDY = {
    "contests_admin.add_document": LINK,
    "contests_admin.change_document": LINK,
    "contests_admin.choose_practice": {"bank": studying.BANK},
}
HANDLERS = r"click|change|input|submit|load|error|focus|blur|(?:key|mouse|touch|pointer)\w+"
CAREFUL_PHONE = "0987 650 435"
OTHER_PHONE, NEW_PHONE, THIRD_PHONE = "0987 650 431", "0987 650 432", "0987 650 433"
TIED = "hoa-nhau"  # a contest whose first two are equal
TRIED = "tim-hieu-thi-thu-0a1b2c"  # a rehearsal
OVER = {
    "contests_admin.archive",
    "results_admin.close",
    "results_admin.place",
}  # asked of that contest, whose round is over
# Of whom or what a route is about, where it is not the paper of the contestant.
ABOUT = {
    "attempts_admin.correct_name": "person",
    "attempts_admin.correct_person": "person",
    "attempts_admin.free_number": "person",
    "attempts_admin.give_back": "final_attempt",
    "attempts_admin.give_number": "person",
    "attempts_admin.give_time": "person",
    "attempts_admin.read_phone": "person",
    "attempts_admin.reset_pin": "person",
    "attempts_admin.merge_person": "other_person",
    "attempts_admin.person": "person",
    "attempts_admin.restore_attempt": "void_attempt",
    "attempts_admin.restore_person": "void_person",
    "attempts_admin.void_person": "person",
    "banks_admin.change": "review",
    "banks_admin.decide": "review",
    "banks_admin.go_on": "review",
    "banks_admin.question": "review",
    "banks_admin.review": "review",
    "people_admin.batch": "batch",
    "people_admin.decide_batch": "batch",
    "people_admin.end_sessions_of": "member",
    "people_admin.links": "sent_batch",
    "people_admin.take_links": "made_batch",
    "people_admin.member": "member",
    "people_admin.new_link": "member",
    "people_admin.revoke": "member",
    "people_admin.take_second_step_off": "member",
    "contests_admin.approve": "draft",
    "contests_admin.begin_for_draft": "draft",
    "contests_admin.archive_draft": "draft",
    "contests_admin.draft": "draft",
    "contests_admin.draft_regulation": "draft",
    "contests_admin.preview": "draft",
    "contests_admin.rehearse_draft": "draft",
    "contests_admin.save": "draft",
    "contests_admin.signed": "draft",
    "contests_admin.upload_signed": "draft",
    "trials.try_draft": "draft",
    "privacy_admin.answer": "wish",
    "people_jobs.cancel": "job",
    "people_jobs.file": "job",
    "people_jobs.job": "job",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """An open contest with everybody in it, and a value for each part of an address."""

    app: object
    values: dict
    actors: dict

    def path(self, rule):
        given = self.values_of(rule.endpoint)
        unknown = set(rule.arguments) - set(given)
        assert not unknown, f"{rule}: add a sample value for {unknown} to the scene"
        values = {name: given[name] for name in rule.arguments}
        return rule.build(values, append_unknown=False)[1]

    def values_of(self, endpoint):
        about = ABOUT.get(endpoint, "public_id")
        given = self.values | {"public_id": self.values[about]}
        if endpoint.startswith("results_admin.empty"):
            return given | {"slug": TRIED}
        return given | ({"slug": TIED} if endpoint in OVER else {})

    def fields(self):
        """Return what people would type, whatever the form: all but the token is in order."""
        return {
            "name": "Lê Thị Cúc",
            "phone": NEW_PHONE,
            "unit_text": "Công ty May 10",
            "pin": "730164",
            "consent_take_part": "y",
            "contest": self.values["slug"],
            "password": people.PASSWORD,
            "repeat": people.PASSWORD,
            "q1": "A",
            "unit": "VGCL",
            "reason": "đối chiếu danh sách",
            "who": THIRD_PHONE,
            "words": "Trang không lưu câu 7",
            "question": "1",
            "round": "1",
            "minutes": "5",
            "members": "1.200",
            "counted_on": "2026-11-01",
            "source": "báo cáo tháng 10",
            "title": "Thi thêm",
            "wanted": "Lê Thị Cúc",
            "sure": "y",
            "bank": "bank-tim-hieu",
            "code": self.values["code"],
            "hours": "2",
            "preset": "union_weekly_20x20",
        }


@pytest.fixture
def scene(app, database, new_client, freeze):
    freeze(contests.NOON)
    app.extensions.pop("scene", None)
    values, jars = database.staged("every route", lambda: made_scene(app, new_client))
    actors = {who: client_with(new_client, jar) for who, jar in jars.items()}
    return Scene(app=app, values=dict(values), actors=actors)


def client_with(new_client, jar):
    """Return a phone with the cookies of another."""
    client = new_client()
    client._cookies.update(jar)
    return client


def made_scene(app, new_client):
    """Return a value for each part of an address, and the cookies of each actor."""
    with app.app_context():
        contest = contests.contest()
        person = people.person(contest.id, at=contests.NOON)
        public_id = attempts.started(contest, person)
        other = people.person(contest.id, at=contests.NOON, phone=OTHER_PHONE)
        people.organiser(phone=OTHER_PHONE, at=contests.NOON)
        beginner = people.second_step(OTHER_PHONE, at=contests.NOON, is_confirmed=False)
        people.organiser(phone=CAREFUL_PHONE, at=contests.NOON)
        device = people.second_step(CAREFUL_PHONE, at=contests.NOON)
        token = people.invited_organiser(at=contests.NOON)
        void_person, void_attempt = taken_out(contest)
        final_attempt = finished(contest, phone="0987 650 435")
        ticket = tickets.answered(contest, person)
        others_beside(contest)
        shown_and_reported()
    values = {
        "person": person.public_id.hex(),
        "other_person": other.public_id.hex(),
        "void_person": void_person.public_id.hex(),
        "void_attempt": void_attempt,
        "final_attempt": final_attempt,
        "ticket": ticket,
        "wish": wish_of(app, person),
        "key": sealed_for(app, person),
        "bank": "bank-tim-hieu",
        "slug": contest.slug,
        "number": 1,
        "public_id": public_id,
        "board": "people",
        "state": 1,
        "digits": "123456",
        "token": token,
        "digest": "0" * 64,
        "first_code": beginner.at(contests.NOON),
        "code": device.at(contests.NOON),
        "filename": "app.css",
        "bank_code": "bank-tim-hieu",
        "before": 1,
        "after": 1,
        "form": "xlsx",
        "step": "rules",
        "kind": "drafts",
        "trial": f"{int(contests.NOON.timestamp() * 1000)}-{'0' * 16}",
    }
    actors = {
        "stranger": new_client(),
        "contestant": phone_client(new_client, contest, person),
        "another contestant": phone_client(new_client, contest, other, holder="may-khac"),
        "contestant on a shared phone": phone_client(new_client, contest, person, aside=other),
        "organiser": new_client(),
        "careful organiser": new_client(),
        "half signed in": new_client(),
    }
    sign_in(actors["organiser"])
    values["review"], values["draft"] = made_unfinished(app)
    values["name"] = values["draft"]
    values["ref"] = ref_of_another_session(actors["organiser"])
    for who in ("careful organiser", "half signed in"):
        sign_in(actors[who], CAREFUL_PHONE)
    give_recovery_code(app, actors["careful organiser"])
    values["member"] = member_of_team(actors["organiser"])
    values["sent_batch"] = brought_people(actors["organiser"], is_sent=True)
    values["made_batch"] = brought_people(actors["organiser"], is_sent=True, has_links=True)
    values["batch"] = brought_people(actors["organiser"])
    values["job"] = job_of(app, "job.that.waits")
    return values, {who: dict(client._cookies) for who, client in actors.items()}


def shown_and_reported():
    """Make boards and a report without files: its page then has the form that asks for them."""
    boards.rolled_up()
    press.reported()
    with transaction():
        press_service.forget_old_files(at=contests.NOON + timedelta(days=61))


def others_beside(contest):
    """Make what routes ask for beside the people of the contest."""
    units.head_count("VGCL")
    studying.made_to_study(contest)
    events.event(contest)
    two_equals()


def made_unfinished(app):
    """Return the public ids of a review of questions and of a contest that is prepared."""
    with app.app_context():
        review = reviews.made_review(people.national_unit())
        rehearsal("tim-hieu")
        return review, drafts.whole_draft(bank="bank-tim-hieu")


def job_of(app, kind):
    """Let the first organiser ask for work that nobody does; return the job's public id."""
    with app.app_context():
        organiser_id = db.session.scalar(select(func.min(Organiser.id)))
        db.session.rollback()
        jobs.register(kind, title="Thử")(waits)
        with transaction():
            return jobs.ask_job(kind, {}, asked_by=f"organiser:{organiser_id}", at=contests.NOON)


def waits(_job):
    """Be a work that is never begun."""


def reset_code(scene):
    with scene.app.app_context(), transaction():
        contest_id = contest_service.get_contest(scene.values["slug"]).id
        other = person_service.find_person_by_phone(contest_id, OTHER_PHONE)
        return person_service.make_reset_code(other, at=contests.NOON).code


def work_on(client, page, path, **fields):
    """Send the first form of a page, and do what it asks for."""
    client.post(path, data=Page(client.get(page).text).forms[0].hidden | fields)
    with client.application.app_context():
        jobs.do_waiting()


def brought_people(client, *, is_sent=False, has_links=False):
    """Let the organiser bring a sheet of people to invite; return its public id."""
    home = "/admin/team/invitations"
    fields = Page(client.get(home).text).forms[0].hidden | {"file": people_file()}
    page = client.post(home, data=fields).location
    if is_sent:
        work_on(client, page, page, send="1")
    if has_links:
        work_on(client, page, f"{page}/links")
    return page.rpartition("/")[2]


def people_file(unit="VGCL"):
    lines = f"Họ và tên;Số điện thoại;Mã đơn vị;Vai trò\r\nLê Ba;0971 999 998;{unit};Chỉ xem\r\n"
    return io.BytesIO(lines.encode()), "moi.csv"


def member_of_team(client):
    """Return the public id of the organiser with a second step, as the team's page links it."""
    page = client.get("/admin/team").text
    ids = re.findall(r"/admin/team/([0-9a-f]{32})", page)
    return next(one for one in ids if "second-step-off" in client.get(f"/admin/team/{one}").text)


def wish_of(app, person):
    with app.app_context():
        return wishes.correction(person)


def sealed_for(app, person):
    """Return what the address of the person's own file ends in, as if the PIN had been given."""
    with app.test_request_context():
        return signed("export", str(person.id), str(int(contests.NOON.timestamp())))


def bank_file():
    drafts = [banks.draft(number) for number in range(1, 4)]
    body = write_bank(drafts, "yaml", code="bank-moi", title="Ngân hàng mới", number=1)
    return io.BytesIO(body), "bank-moi.yaml"


def taken_out(contest):
    """Return a person who was taken out, and an attempt that was, of somebody else."""
    why = Why(actor="system", reason="thử")
    gone = people.person(contest.id, at=contests.NOON, phone="0987 650 434")
    cheat = people.person(contest.id, at=contests.NOON, phone=THIRD_PHONE)
    public_id = attempts.finished(contest, cheat)
    attempt_id = attempts.attempt_row(public_id).id
    db.session.rollback()
    with transaction():
        attempt_service.void_person(gone.id, why, at=contests.NOON)
        attempt_service.void_attempt(attempt_id, why, at=contests.NOON)
    return gone, public_id


def finished(contest, *, phone):
    """Return the attempt of somebody more."""
    return attempts.finished(contest, people.person(contest.id, at=contests.NOON, phone=phone))


def two_equals(owner="VGCL"):
    """Make a contest that is over, in which the organisers decide between two people."""
    before = contests.NOON - timedelta(days=2)
    window = Window(opens_at=before, closes_at=before + timedelta(days=1))
    given = {"windows": [window], "at": before, "ranking": ["score desc", "manual"], "owner": owner}
    contest = contests.contest(TIED, **given)
    for phone in (OTHER_PHONE, THIRD_PHONE):
        attempts.finished(contest, people.person(contest.id, at=before, phone=phone), at=before)


def rehearsal(slug):
    """Open a rehearsal of a contest, as an organiser of its owner does."""
    contest = contest_service.get_contest(slug)
    owner = units.service.get_unit_by_id(contest.owner_unit_id).code
    bank = f"bank-{slug}"
    runner = drafts.runner(owner)
    with transaction(), pytest.MonkeyPatch.context() as chance:
        chance.setattr("secrets.token_hex", lambda _: "0a1b2c")  # of its address
        rehearsed = contest_service.get_rehearsed(runner, slug)
        contest_service.begin_rehearsal(runner, rehearsed, hours="2", bank=bank, at=contests.NOON)


def phone_client(new_client, contest, person, *, holder=attempts.HOLDER, aside=None):
    client = new_client()
    others = ((contest.id, aside.id),) if aside else ()
    with client.application.test_request_context():
        taking_part = Contestant(holder=holder, people={contest.id: person.id}, aside=others)
        response = cookies._set(Response(), taking_part)
        value = response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    client.set_cookie(cookies.COOKIE, value)
    return client


def ref_of_another_session(client):
    """Return what names the session in which the organiser chose the password."""
    page = client.get("/admin/account").text
    return re.search(r"/admin/account/sessions/(\w+)/end", page).group(1)


def give_recovery_code(app, client):
    """Let the careful organiser in without using up the code of now."""
    with app.app_context(), transaction():
        organiser_id = people.service.get_organiser_id(CAREFUL_PHONE)
        first, *_ = people.service.second_step._new_recovery_codes(organiser_id)
    form = Page(client.get("/signin/code").text).forms[0]
    assert client.post("/signin/code", data=form.hidden | {"code": first}).status_code == 303


def sign_in(client, phone=OTHER_PHONE):
    form = Page(client.get("/signin").text).forms[0]
    fields = {"phone": phone, "password": people.PASSWORD}
    assert client.post("/signin", data=form.hidden | fields).status_code == 303


def routes(app, methods):
    """Return (rule, method) of every route that answers one of the methods, in a fixed order."""
    found = [(rule, method) for rule in app.url_map.iter_rules() for method in rule.methods]
    return sorted(
        [(rule, method) for rule, method in found if method in methods],
        key=lambda pair: (str(pair[0]), pair[1]),
    )


def unsafe_endpoints(app):
    return {rule.endpoint for rule, _ in routes(app, UNSAFE)}


def send(client, path, method, **given):
    """Send a request and return the answer with the writes that stayed."""
    with watch_writes(client.application) as watch:
        response = client.open(path, method=method, **given)
    return response, watch.kept_writes


def test_every_route_that_changes_something_writes_in_one_transaction(app):
    unmarked = {
        endpoint
        for endpoint in unsafe_endpoints(app)
        if not getattr(app.view_functions[endpoint], "is_writing", False)
    }
    # A wrapper such as one that compares a password may stand above @writes, never below it.
    marked_inside = {endpoint for endpoint in unmarked if is_writing(app.view_functions[endpoint])}

    assert unmarked - marked_inside == WRITES_NOTHING


def is_writing(view):
    while view is not None:
        if getattr(view, "is_writing", False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_no_route_that_only_shows_something_is_marked_as_writing(app):
    shown = [rule.endpoint for rule, _ in routes(app, {"GET"})]

    assert [one for one in shown if is_writing(app.view_functions[one])] == []


def test_the_lists_name_only_routes_that_exist_and_each_once(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert PUBLIC - endpoints == set()
    assert CONTESTANT - endpoints == set()
    assert not PUBLIC & CONTESTANT
    assert set(FORMS) | JSON_ONLY == unsafe_endpoints(app)


@pytest.mark.parametrize("who", ["stranger", "contestant"])
def test_a_route_outside_the_lists_asks_to_sign_in(scene, who):
    for rule, method in routes(scene.app, UNSAFE | {"GET"}):
        if rule.endpoint in PUBLIC | CONTESTANT:
            continue
        response, written = send(scene.actors[who], scene.path(rule), method)

        if response.status_code == 302:
            assert response.location.startswith("/signin?next="), rule
        else:
            assert response.status_code in {401, 403}, rule
        assert written == [], rule


@pytest.mark.parametrize("who", ["stranger", "another contestant", "organiser"])
def test_what_is_a_contestants_own_is_shown_to_nobody_else(scene, who):
    own = scene.actors["contestant"].get(f"/a/{scene.values['public_id']}").text
    assert "Câu hỏi số" in own

    for rule, method in routes(scene.app, UNSAFE | {"GET"}):
        if rule.endpoint not in CONTESTANT or "public_id" not in rule.arguments:
            continue
        response, written = send(scene.actors[who], scene.path(rule), method, json={"op": 1})

        assert response.status_code in {302, 303, 403, 404}, rule
        assert "Câu hỏi số" not in response.text, rule
        assert written == [], rule


def test_a_stranger_on_a_contestants_route_is_sent_to_join_or_told_nothing(scene):
    for rule, method in routes(scene.app, UNSAFE | {"GET"}):
        if rule.endpoint not in CONTESTANT:
            continue
        response, written = send(
            scene.actors["stranger"], scene.path(rule), method, data={"q1": "A"}
        )

        assert response.status_code in {302, 303, 400, 403, 404, 415}, rule
        if response.location:
            assert response.location.endswith(("/join", "/return?contest=tim-hieu")), rule
        assert written == [], rule


@pytest.mark.parametrize("who", ["contestant", "organiser"])
def test_a_request_from_another_site_is_refused_everywhere(scene, who):
    for (rule, method), headers in product(routes(scene.app, UNSAFE), ELSEWHERE):
        response, written = send(
            scene.actors[who], scene.path(rule), method, headers=headers, data=scene.fields()
        )

        assert response.status_code == 403, (rule, headers)
        assert "Set-Cookie" not in response.headers, (rule, headers)
        assert written == [], (rule, headers)


@pytest.mark.parametrize("who", ["stranger", "contestant", "organiser"])
def test_a_form_without_its_token_is_refused_and_writes_nothing(scene, who):
    for rule, method in routes(scene.app, UNSAFE):
        response, written = send(scene.actors[who], scene.path(rule), method, data=scene.fields())

        sent_away = response.status_code == 303 and response.location.endswith("/join")
        assert sent_away or response.status_code in {400, 403, 404, 415, 422}, rule
        assert written == [], rule


@pytest.mark.parametrize("endpoint", sorted(FORMS))
def test_the_same_form_with_its_token_is_taken(scene, endpoint):
    """The control of the test above: nothing but the token was missing there."""
    who, page = FORMS[endpoint]
    client, page = scene.actors[who], page.format(**scene.values_of(endpoint))
    rule = next(rule for rule, _ in routes(scene.app, UNSAFE) if rule.endpoint == endpoint)
    fields = scene.fields()
    if endpoint in {"contests.come_back_by_pin", "people_admin.sign_in_by_password"}:
        fields |= {"phone": OTHER_PHONE, "pin": people.PIN}
    fields |= {"attempts.report_question": {"reason": "unclear"}}.get(endpoint, {})
    if endpoint == "contests.choose_new_pin":
        fields |= {"phone": OTHER_PHONE, "code": reset_code(scene)}
    if endpoint == "attempts_admin.merge_person":
        fields |= {"phone": THIRD_PHONE}
    if endpoint == "banks_admin.bring":
        fields |= {"files": bank_file()}
    if endpoint == "people_admin.grant":
        fields |= {"role": "viewer"}
    if endpoint == "people_admin.bring_sheet":
        fields |= {"file": people_file()}
    if endpoint == "people_admin.confirm_second_step":
        fields |= {"code": scene.values["first_code"]}
    fields |= typed_for_contests(scene, endpoint) | typed_for_rights(scene, endpoint)
    fields |= typed_for_time(scene, endpoint)
    path = scene.path(rule)
    shown = Page(client.get(page).text)
    forms = [form for form in shown.forms if (form.action or page) == path]
    forms = forms or [shown.by_button[path]]
    assert len(forms) == SEVERAL.get(endpoint, 1)
    assert forms[0].method == "post"

    response, _ = send(client, path, "POST", data=fields | forms[0].hidden)

    assert response.status_code in {200, 303}


def typed_for_contests(scene, endpoint):
    """Return what a form about contests needs beside what every form is sent."""
    if endpoint == "contests_admin.bring_banner":
        return {"file": (io.BytesIO(pictures.picture(size=(1200, 400))), "anh.jpg")}
    if endpoint == "contests_admin.upload_signed":
        return {"file": (io.BytesIO(drafts.PDF), "the-le.pdf")}
    if endpoint != "contests_admin.change_rules":
        return TO_STUDY.get(endpoint, {})
    with scene.app.app_context():
        return drafts.typed_change(scene.values["slug"])


def typed_for_rights(scene, endpoint):
    """Return what a form about own data needs; who is erased hands in first."""
    if not endpoint.startswith("privacy."):
        return {}
    if endpoint == "privacy.erase":
        with scene.app.app_context():
            public_id = scene.values["public_id"]
            person = people.service.find_person(attempts.attempt_row(public_id).person_id)
            db.session.rollback()
            attempts.submitted(public_id, person, {})
    return {"pin": people.PIN, "sure": "y", "field": "unit", "wanted": "Công ty khác"}


def typed_for_time(scene, endpoint):
    """Let there be what is to be taken back; return when the time was lost."""
    before = {
        "attempts_admin.resume": attempt_service.pause_round,
        "attempts_admin.withdraw": lambda one, why, at: attempt_service.grant_time(
            one, attempt_service.For(), 300, why, at=at
        ),
    }.get(endpoint)
    if before is not None:
        with scene.app.app_context(), transaction():
            contest = contest_service.get_contest(scene.values["slug"])
            why = attempt_service.Why(actor="system", reason="thử")
            before(contest.rounds[0], why, at=contests.NOON)
    return {"began": "2026-11-23 11:50", "ended": "2026-11-23 11:55"}


def test_a_token_of_one_form_does_not_open_another(scene):
    client = scene.actors["contestant"]
    tokens = {}
    for page in ("/c/{slug}/rounds/{number}", "/a/{public_id}"):
        for form in Page(client.get(page.format(**scene.values)).text).forms:
            tokens[form.action] = form.hidden["csrf_token"]
    assert len(tokens) == len(set(tokens.values())) == 4

    for path, own in tokens.items():
        for other in tokens.values():
            if other != own:
                response, written = send(client, path, "POST", data={"csrf_token": other})
                assert response.status_code == 400
                assert written == []


@pytest.mark.parametrize("who", ["stranger", "contestant", "organiser"])
def test_every_answer_carries_its_guards_and_no_page_runs_or_styles_past_them(scene, who):
    for rule, method in routes(scene.app, {"GET"}):
        response = scene.actors[who].open(scene.path(rule), method=method)

        # The clock of the scene stands still, so the database's is found to differ.
        assert response.status_code < 500 or rule.endpoint == "health.readyz", rule
        assert response.headers["X-Content-Type-Options"] == "nosniff", rule
        assert response.headers["Referrer-Policy"] == "same-origin", rule
        assert response.headers["Cache-Control"], rule
        if response.mimetype == "text/html":
            assert_page_is_guarded(response)
            assert weight(scene.actors[who], response) <= HEAVIEST, rule


def weight(client, response):
    """Return the bytes of a page with the scripts it links to, all of them unpacked."""
    linked = [client.get(one["src"]) for one in Page(response.text).linked]
    return len(response.data) + sum(len(script.data) for script in linked)


def assert_page_is_guarded(response):
    header = response.headers["Content-Security-Policy"]
    rules, page = policy(header), Page(response.text)
    assert "unsafe" not in header
    assert "*" not in header
    assert rules["default-src"] == {"'none'"}
    assert rules["base-uri"] == rules["frame-ancestors"] == {"'none'"}
    assert rules["form-action"] == {"'self'"}
    for tag in ("script", "style"):
        assert page.hashes(tag) == rules[f"{tag}-src"] - {"'none'"}
    assert page.unsafe() == []


def test_an_error_page_is_guarded_too(scene):
    missing = scene.actors["stranger"].get("/no/such/page")
    refused = scene.actors["stranger"].post("/signin", headers={"Origin": "null"})

    assert (missing.status_code, refused.status_code) == (404, 403)
    assert_page_is_guarded(missing)
    assert_page_is_guarded(refused)


def test_a_page_that_may_be_kept_is_the_same_for_all_and_sets_no_cookie(scene):
    kept = []
    for rule, _ in routes(scene.app, {"GET"}):
        path = scene.path(rule)
        answers = [client.get(path) for client in scene.actors.values()]
        if "public" not in answers[0].headers["Cache-Control"]:
            continue
        kept.append(rule.endpoint)
        for answer in answers:
            assert answer.data == answers[0].data, rule
            assert answer.headers["Cache-Control"] == answers[0].headers["Cache-Control"], rule
            assert "Set-Cookie" not in answer.headers, rule
            assert "Cookie" not in answer.headers.get("Vary", ""), rule

    assert {"contests.index", "contests.show", "standings.board"} <= set(kept)


def test_what_is_somebodys_own_is_kept_by_nobody(scene):
    for rule, _ in routes(scene.app, {"GET"}):
        if rule.endpoint in PUBLIC:
            continue
        for client in scene.actors.values():
            answer = client.get(scene.path(rule))
            assert "no-store" in answer.headers["Cache-Control"], rule


def test_a_body_over_the_limit_is_taken_nowhere(scene):
    fields = scene.fields() | {"name": "x" * MAX_BODY}
    for rule, method in routes(scene.app, UNSAFE):
        for client in scene.actors.values():
            response, written = send(client, scene.path(rule), method, data=fields)

            away = response.status_code == 303 and response.location.endswith("/join")
            assert away or response.status_code in {400, 403, 404, 413, 415}, rule
            assert written == [], rule
    too_large = scene.actors["stranger"].post("/signin", data=fields)
    assert too_large.status_code == 413


def variant(app, plant=None, **changes):
    """Return a client of the same installation with other settings, perhaps with a view more."""
    other = create_app(replace(app.config["SETTINGS"], **changes))
    if plant is not None:
        other.add_url_rule("/planted", view_func=plant, endpoint="planted")
    return other.test_client()


@pytest.fixture
def varied(app):
    """Return a maker of clients with other settings; their connections end with the test."""
    clients = []

    def make(plant=None, **changes):
        clients.append(variant(app, plant, **changes))
        return clients[-1]

    yield make
    for client in clients:
        with client.application.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("https", [False, True])
def test_every_cookie_is_out_of_reach_of_scripts_and_other_sites(scene, varied, https):
    client = varied(https=https)
    base = f"{'https' if https else 'http'}://localhost"
    sent = []
    for page, more in (
        (f"/c/{scene.values['slug']}/join", {}),
        ("/signin", {"phone": OTHER_PHONE}),
    ):
        shown = client.get(page, base_url=base)
        form = Page(shown.text).forms[0]
        fields = scene.fields() | more | form.hidden
        done = client.post(page, data=fields, base_url=base)
        assert done.status_code == 303
        sent += shown.headers.getlist("Set-Cookie") + done.headers.getlist("Set-Cookie")

    assert {cookie.partition("=")[0] for cookie in sent} == {"quizapp_session", cookies.COOKIE}
    for cookie in sent:
        flags = {part.strip() for part in cookie.split(";")[1:]}
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= flags
        assert ("Secure" in flags) is https
        assert not any(flag.startswith("Domain") for flag in flags)


def test_only_https_tells_browsers_to_stay_on_https(varied):
    for base, expected in (("http://localhost", None), ("https://localhost", "max-age=31536000")):
        answer = varied(https=True).get("/healthz", base_url=base)
        assert answer.headers.get("Strict-Transport-Security") == expected


def test_a_host_that_is_not_trusted_is_answered_nowhere(scene, varied):
    client = varied(trusted_hosts=("thi.example.vn",))
    for rule, method in routes(scene.app, UNSAFE | {"GET"}):
        answer = client.open(scene.path(rule), method=method, base_url="http://evil.example.org")
        assert answer.status_code == 400, rule

    assert client.get("/healthz", base_url="http://thi.example.vn").status_code == 200


def seen():
    return {"from": request.remote_addr, "scheme": request.scheme, "host": request.host}


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        (0, {"from": "127.0.0.1", "scheme": "http", "host": "localhost"}),
        (1, {"from": "203.0.113.9", "scheme": "https", "host": "thi.vn"}),
        (2, {"from": "198.51.100.7", "scheme": "https", "host": "thi.vn"}),
    ],
)
def test_headers_of_proxies_are_believed_exactly_as_far_as_proxies_stand(varied, hops, expected):
    """What a client writes into the header stands left of what our own proxies add."""
    one, two = "thi.vn", "thi.vn, thi.vn"
    headers = {
        "X-Forwarded-For": "192.0.2.66, 198.51.100.7, 203.0.113.9",
        "X-Forwarded-Proto": "https, https",
        "X-Forwarded-Host": one if hops == 1 else two,
    }

    assert varied(seen, proxy_hops=hops).get("/planted", headers=headers).json == expected


def test_every_template_can_be_read(app):
    names = [name for name in app.jinja_env.list_templates() if name.endswith(".html")]

    assert "base.html" in names
    for name in names:
        app.jinja_env.get_template(name)


def test_no_template_holds_a_script_a_style_or_unescaped_text_of_its_own():
    forbidden = {
        "inline handler": rf"\bon(?:{HANDLERS})\s*=",
        "style attribute": r"\bstyle\s*=",
        "script address": r"javascript\s*:",
        "script or style of its own": r"<(?:script|style)\b",
        "unescaped text": r"\|\s*safe\b|autoescape\s+false",
    }
    templates = sorted((ROOT / "quizapp").glob("**/templates/**/*.html"))
    assert templates
    found = [
        f"{template.relative_to(ROOT)}: {what}"
        for template in templates
        for what, pattern in forbidden.items()
        if re.search(pattern, template.read_text("utf-8"), re.IGNORECASE)
    ]

    assert found == []
