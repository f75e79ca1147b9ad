"""Long work: asked for, done by the worker, cancelled, taken up again after a kill."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from quizapp.audit.models import AuditEntry
from quizapp.db import db, transaction
from quizapp.errors import NotFound
from quizapp.jobs import service
from quizapp.jobs.errors import JobOver
from quizapp.jobs.models import Job, JobFile
from quizapp.jobs.service import JobState, registry, working
from quizapp.people.errors import NotYourRole
from tests.integration.pages import part_of_page
from tests.integration.test_organisers import send, sign_in
from tests.making import people
from tests.making.contests import NOON
from tests.making.kills import stopped_at

ASKER = "organiser:1"
STEP = "Bắt đầu"


@pytest.fixture
def kind(monkeypatch):
    """Return a function that makes a kind of job of a function."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    return service.register("thu", title="Mời từ tệp")


@pytest.fixture
def noon(in_app, freeze):
    freeze(NOON)


def asked(payload=None, *, by=ASKER, about=""):
    with transaction():
        return service.ask_job("thu", payload or {}, asked_by=by, about=about, at=NOON)


def card(public_id):
    found = service.get_job(ASKER, public_id, at=NOON)
    db.session.rollback()
    return found


def in_three_steps(job, seen):
    for number in range(1, 4):
        job.progress(STEP, number, 3)
        with transaction():
            db.session.execute(select(1))
        seen.append(number)
    return "/admin/banks"


def test_a_job_is_done_by_the_worker_and_says_where_its_result_is(kind, noon):
    seen = []
    kind(lambda job: in_three_steps(job, seen))
    public_id = asked(about="danh-sach.xlsx")

    assert card(public_id).state is JobState.WAITING
    assert seen == []

    assert service.do_waiting() == 1

    done = card(public_id)
    assert (done.state, done.done, done.total) == (JobState.DONE, 3, 3)
    assert (done.title, done.about) == ("Mời từ tệp", "danh-sach.xlsx")
    assert done.result_path == "/admin/banks"
    assert service.do_waiting() == 0


def test_the_work_is_given_what_was_asked(kind, noon):
    given = []

    def work(job):
        given.append((job.payload, job.asked_by, job.asked_at))

    kind(work)
    asked({"upload": 12, "unit": "P_HUE"}, by="organiser:7")
    service.do_waiting()

    assert given == [({"upload": 12, "unit": "P_HUE"}, "organiser:7", NOON)]


def test_jobs_are_done_in_the_order_they_were_asked_for(kind, noon):
    order = []
    kind(lambda job: order.append(job.payload["n"]))
    for number in range(3):
        asked({"n": number})
    listed = service.get_jobs(ASKER, at=NOON)
    db.session.rollback()
    service.do_waiting()

    assert [one.ahead for one in listed] == [2, 1, 0]
    assert order == [0, 1, 2]


def test_asking_leaves_a_row_in_the_log(kind, noon):
    kind(lambda _job: None)
    public_id = asked()
    with transaction():
        service.cancel_job(ASKER, public_id, at=NOON)

    deeds = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert deeds == ["job.ask", "job.cancel"]


def test_nobody_sees_or_cancels_the_job_of_another(kind, noon):
    kind(lambda _job: None)
    public_id = asked()

    assert service.get_jobs("organiser:2", at=NOON) == []
    with pytest.raises(NotFound):
        service.get_job("organiser:2", public_id, at=NOON)
    db.session.rollback()
    with pytest.raises(NotFound), transaction():
        service.cancel_job("organiser:2", public_id, at=NOON)
    assert card(public_id).state is JobState.WAITING


def test_a_refusal_ends_the_job_with_its_words(kind, noon):
    def work(_job):
        raise NotYourRole

    kind(work)
    public_id = asked()
    service.do_waiting()

    assert card(public_id).state is JobState.FAILED
    assert card(public_id).problem == NotYourRole.text


def test_a_crash_ends_the_job_and_the_next_one_is_done(kind, noon):
    def work(job):
        with transaction():
            db.session.execute(select(1))
            return 1 // job.payload["by"]

    kind(work)
    bad, good = asked({"by": 0}), asked({"by": 1})
    service.do_waiting()

    assert card(bad).state is JobState.FAILED
    assert "ngoài dự kiến" in card(bad).problem
    assert card(good).state is JobState.DONE


def test_a_job_that_waits_is_cancelled_at_once_and_never_begun(kind, noon):
    begun = []
    kind(begun.append)
    public_id = asked()
    with transaction():
        service.cancel_job(ASKER, public_id, at=NOON)

    assert service.do_waiting() == 0
    assert begun == []
    assert card(public_id).state is JobState.CANCELLED
    with pytest.raises(JobOver), transaction():
        service.cancel_job(ASKER, public_id, at=NOON)


def test_a_job_that_runs_ends_at_its_next_step_when_it_is_cancelled(kind, noon):
    seen = []

    def work(job):
        job.progress(STEP, 1, 3)
        with transaction():
            service.cancel_job(ASKER, job.public_id, at=NOON)
        seen.append("asked")
        job.progress(STEP, 3, 3)
        seen.append("never")

    kind(work)
    public_id = asked()
    service.do_waiting()

    assert seen == ["asked"]
    assert card(public_id).state is JobState.CANCELLED


def test_a_killed_job_is_done_again_once_its_worker_is_silent(kind, noon):
    seen = []
    kind(lambda job: in_three_steps(job, seen))
    public_id = asked()

    assert stopped_at(4, service.do_waiting)  # taken, step 1, its work, step 2

    assert service.do_waiting() == 0  # it may still be alive
    assert service.take_job(at=NOON + working.LOST_AFTER) is None
    again = service.take_job(at=NOON + working.LOST_AFTER + timedelta(seconds=1))
    service.do_job(again)

    assert seen == [1, 1, 2, 3]
    assert card(public_id).state is JobState.DONE


def test_a_worker_that_comes_back_late_changes_nothing(kind, noon):
    kind(lambda job: in_three_steps(job, []))
    public_id = asked()
    slow = service.take_job(at=NOON)
    quick = service.take_job(at=NOON + timedelta(minutes=1))
    service.do_job(quick)
    with transaction():
        db.session.execute(update(Job).values(result_path="/admin/cua-nguoi-sau"))

    service.do_job(slow)

    assert card(public_id).result_path == "/admin/cua-nguoi-sau"


def test_a_job_that_kills_its_worker_again_and_again_is_given_up(kind, noon):
    kind(lambda job: in_three_steps(job, []))
    public_id = asked()
    at = NOON
    for _ in range(working.MOST_TRIES):
        assert service.take_job(at=at) is not None
        at += timedelta(minutes=1)

    assert service.take_job(at=at) is None
    assert card(public_id).state is JobState.FAILED


def test_a_worker_that_is_stopped_gives_the_job_back_as_if_never_tried(kind, noon):
    stop = threading.Event()
    kind(lambda job: in_three_steps(job, []))
    public_id = asked()
    stop.set()
    for _ in range(working.MOST_TRIES + 1):
        service.do_job(service.take_job(at=NOON, is_stopping=stop.is_set))

    assert card(public_id).state is JobState.WAITING
    service.do_waiting()
    assert card(public_id).state is JobState.DONE


def test_lanes_do_jobs_in_threads_of_their_own(app, kind, freeze):
    freeze(NOON)
    threads, both = [], threading.Barrier(2, timeout=30)

    def work(_job):
        threads.append(threading.current_thread().name)
        both.wait()  # neither ends before the other has begun

    kind(work)
    stop = threading.Event()
    with app.app_context():
        ids = [asked(), asked()]
    lanes = working.Lanes(app, stop)
    lanes.start()
    try:
        with app.app_context():
            for _ in range(3000):
                states = {card(one).state for one in ids}
                if states == {JobState.DONE}:
                    break
                stop.wait(0.01)
    finally:
        stop.set()
        lanes.join(10)

    assert states == {JobState.DONE}
    assert sorted(threads) == ["jobs-1", "jobs-2"]


def test_what_a_job_made_is_kept_until_it_is_old(kind, noon):
    kind(lambda job: job.keep_file("kết quả.csv", "text/csv", b"a;b"))
    public_id = asked()
    service.do_waiting()

    assert card(public_id).has_file
    assert service.get_file(ASKER, public_id).content == b"a;b"
    with pytest.raises(NotFound):
        service.get_file("organiser:2", public_id)
    db.session.rollback()
    for days, left in ((29, 1), (31, 0)):
        with transaction():
            service.forget_old_jobs(at=NOON + timedelta(days=days))
        assert db.session.scalar(select(func.count()).select_from(JobFile)) == left
        assert db.session.scalar(select(func.count()).select_from(Job)) == left
        db.session.rollback()


def test_two_functions_cannot_be_the_same_kind(kind):
    kind(lambda _job: None)
    with pytest.raises(ValueError, match="two kinds"):
        service.register("thu", title="Việc khác")(lambda _job: None)


def test_nobody_asks_for_a_kind_that_is_not_there(noon):
    with pytest.raises(ValueError, match="no kind"), transaction():
        service.ask_job("khong-co", {}, asked_by=ASKER, at=NOON)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"state": "done"},  # without its end
        {"state": "failed", "ended_at": NOON},  # without why
        {"state": "running"},  # without its beginning
        {"done": 4, "total": 3},
    ],
)
def test_the_database_refuses_what_cannot_be(kind, noon, values):
    kind(lambda _job: None)
    asked()
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Job).values(values))


@pytest.fixture
def organiser(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        people.organiser()
        db.session.remove()
    sign_in(client)
    return client


def test_the_page_of_a_job_asks_again_until_it_is_over(app, organiser, kind):
    kind(lambda job: in_three_steps(job, []))
    with app.app_context():
        public_id = asked()
    path = f"/admin/jobs/{public_id}"
    waiting = organiser.get(path)

    assert '<noscript><meta http-equiv="refresh"' in waiting.text
    assert "Đang chờ" in waiting.text
    for live in (path, "/admin/jobs"):
        assert 'hx-trigger="every' in part_of_page(organiser, live)
    with app.app_context():
        service.do_waiting()

    over = organiser.get(path)
    assert 'http-equiv="refresh"' not in over.text
    assert "3 trên 3" in over.text
    for live in (path, "/admin/jobs"):
        assert "hx-trigger" not in part_of_page(organiser, live)
    assert 'href="/admin/banks"' in over.text
    assert f'href="{path}"' in organiser.get("/admin/jobs").text


def test_an_organiser_cancels_on_the_page_and_fetches_what_was_made(app, organiser, kind):
    kind(lambda job: job.keep_file("kết quả.csv", "text/csv", b"a;b"))
    with app.app_context():
        unwanted, wanted = asked(), asked()
    path = f"/admin/jobs/{unwanted}"

    assert send(organiser, f"{path}/cancel", page=path).status_code == 303
    assert "Đã huỷ" in organiser.get(path).text
    with app.app_context():
        service.do_waiting()
    got = organiser.get(f"/admin/jobs/{wanted}/file")
    assert got.data == b"a;b"
    assert "attachment" in got.headers["Content-Disposition"]
    assert organiser.get(f"{path}/file").status_code == 404
