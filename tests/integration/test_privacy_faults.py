"""Rights over data where something stands in the way: a pause, a shared phone, a merge, a prize."""

from datetime import timedelta

from sqlalchemy import update

from quizapp import worker
from quizapp.attempts import service as attempt_service
from quizapp.attempts.models import Attempt
from quizapp.db import db, transaction
from quizapp.people.models import Person
from quizapp.people.service import (
    PersonState,
    Purpose,
    Role,
    erase_people,
    find_person,
    get_consents,
)
from quizapp.privacy.models import PrivacyRequest
from quizapp.privacy.rules import Kind
from quizapp.privacy.service.requests import Wanted, note_open
from tests.integration.test_close import WHY
from tests.integration.test_desk import desk, posted, signed_in
from tests.integration.test_help_desk import as_phone, rows_of
from tests.integration.test_privacy import MINE, REQUESTS, SURE, mine, names_shown, row_of, sent
from tests.making import attempts, contests, people, wishes
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

__all__ = ["desk", "mine", "signed_in"]


def decided(use_case, *args, **about):
    with transaction():
        return use_case(*args, WHY, **about)


def test_a_paper_that_runs_keeps_nobody_elses_data_and_no_worker_from_its_work(desk, freeze):
    late, other = contests.contest("keo-dai"), contests.contest("da-qua")
    attempts.started(desk.contest, desk.people["home"])
    attempts.started(late, people.person(late.id))
    gone = people.person(other.id)
    year = timedelta(days=365)
    decided(attempt_service.pause_round, desk.contest.rounds[0], at=ROUND.opens_at)
    with transaction():
        longer = update(Attempt).where(Attempt.round_id == late.rounds[0].id)
        db.session.execute(longer.values(deadline_at=ROUND.closes_at + 2 * year))
    freeze(ROUND.closes_at + year + timedelta(days=1))

    for _ in range(4):
        db.session.rollback()
        worker.run_once()

    erased = [one.id for one in rows_of(Person) if one.state == PersonState.ERASED]
    assert erased == [gone.id]


def test_whoever_else_holds_the_phone_neither_leaves_nor_shows_a_name(desk, mine):
    assert sent(mine, "consents", wish="hide_name").status_code == 303

    for wish in ("leave", "show_name"):
        wrong = sent(mine, "consents", wish=wish, sure="y", pin="204818")
        assert wrong.status_code == 403
        assert "Mã PIN không đúng" in wrong.text
        assert "Số điện thoại hoặc" not in wrong.text
    assert row_of(desk.people["home"]).state == PersonState.ACTIVE
    consents = get_consents(desk.people["home"].id)
    db.session.rollback()
    assert [one.purpose for one in consents if not one.withdrawn_at] == [Purpose.TAKE_PART]


def test_what_was_asked_goes_with_an_emptied_rehearsal_and_no_name_comes_back(desk, signed_in):
    wishes.correction(desk.people["home"])
    with transaction():
        erase_people([desk.people["home"].id], at=NOON)

    worker.tidy()

    (wish,) = rows_of(PrivacyRequest)
    assert (wish.state, wish.wanted, wish.settled_at) == ("done", None, NOON)
    page = f"/admin/c/tim-hieu/people/{row_of(desk.people['home']).public_id.hex()}"
    client = signed_in(Role.OWNER)
    assert "đã xóa" in posted(client, f"{page}/name", name="Lê Thị Cúc").text
    assert "đã xóa" in posted(client, f"{page}/number", phone="0912 000 009").text
    assert row_of(desk.people["home"]).search_key is None


def test_every_entry_of_one_person_is_erased_from_whichever_phone(desk, new_client):
    home, away, free = (desk.people[who].id for who in ("home", "away", "free"))
    for kept, merged in ((away, home), (free, away)):
        with transaction():
            attempt_service.merge_people(kept, merged, WHY, at=NOON)
    phone = as_phone(new_client(), desk.contest, desk.people["home"])

    assert sent(phone, "erase", **SURE).status_code == 303

    assert {one.state for one in rows_of(Person)} == {PersonState.ERASED}


def test_who_left_is_not_taken_in_again_by_anybody_else(desk, mine, signed_in):
    left = sent(mine, "consents", wish="leave", **SURE)
    assert left.status_code == 303

    answer = posted(signed_in(Role.OWNER), desk.path("people", "home", "restore"))

    assert "tự rút" in answer.text
    assert row_of(desk.people["home"]).state == PersonState.VOID


def test_a_place_is_taken_from_who_is_erased(desk, mine, signed_in):
    assert sent(mine, "erase", **SURE).status_code == 303
    client = signed_in(Role.OWNER)
    page = f"/admin/c/tim-hieu/people/{row_of(desk.people['home']).public_id.hex()}"
    assert f"{page}/void" in client.get(page).text

    assert posted(client, f"{page}/void").status_code == 303
    rolled_up()

    assert names_shown() == {"Người away", "Người free"}
    assert row_of(desk.people["home"]).state == PersonState.ERASED
    assert posted(client, f"{page}/void").status_code == 409


def test_other_phones_forget_who_is_erased(desk, mine, new_client):
    other = as_phone(new_client(), desk.contest, desk.people["home"])
    result = f"/a/{desk.attempts['home']}/result"
    assert other.get(result).status_code == 200
    assert "Người home" in other.get("/mine").text

    assert sent(mine, "erase", **SURE).status_code == 303

    assert other.get(result).status_code == 404
    assert "Người đã xóa" not in other.get("/mine").text
    assert other.get(MINE).status_code == 302


def test_who_accepts_an_erasure_reads_whose_paper_runs(desk, mine, signed_in, freeze):
    with transaction():
        asked = Wanted(kind=Kind.ERASE)
        note_open(find_person(desk.people["home"].id), asked, at=NOON)
    attempts.started(desk.contest, desk.people["home"])
    (wish,) = rows_of(PrivacyRequest)

    answer = posted(
        signed_in(Role.OWNER), f"{REQUESTS}/{wish.public_id.hex()}", reason="", accept="1"
    )

    assert answer.status_code == 409
    assert "Người này đang có bài làm dở" in answer.text


def test_points_that_are_never_published_are_not_promised(desk, new_client):
    for slug, moment, told in (
        ("kin", "never", "Cuộc thi này không công bố điểm."),
        ("cuoi", "after_contest_end", "Điểm được công bố sau khi cuộc thi kết thúc."),
    ):
        contest = contests.contest(slug, reveal={"score": moment})
        person = people.person(contest.id)
        done = attempts.finished(contest, person)
        page = as_phone(new_client(), contest, person).get(f"/a/{done}/result").text
        assert told in page
        assert "sau khi vòng thi đóng.</p>" not in page.partition("</section>")[0]
