"""Contests are made from presets by command, open by the clock, and refuse what nothing obeys."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from quizapp.audit.models import AuditEntry
from quizapp.banks import service as bank_service
from quizapp.contests import service
from quizapp.contests.models import Contest, RuleSet
from quizapp.contests.rules.in_force import Ruling
from quizapp.db import db, transaction
from tests.integration.test_journey import joined
from tests.making import banks, contests, people
from tests.making.contests import NOON, ROUND
from tests.making.units import loaded_catalogue

CREATE = ("contests", "create", "--bank", "luat-lao-dong", "--slug", "thi", "--unit", "VGCL")
UNION = ("--preset", "union_weekly_20x20")
WINDOW = ("--opens", "2026-11-23 07:00", "--closes", "29/11/2026 24:00")


@pytest.fixture
def bank(in_app, freeze):
    freeze(NOON)
    people.national_unit()
    return banks.published(30, topics=("Hợp đồng lao động", "Tiền lương"))


def stored(slug="thi"):
    db.session.rollback()
    return service.find_contest(slug)


def test_a_preset_makes_a_contest_with_a_weekly_schedule(bank, run):
    outcome = run(*CREATE, *UNION)

    assert outcome.exit_code == 0, outcome.output
    contest = stored()
    assert [one.number for one in contest.rounds] == [1, 2, 3]
    first = contest.rounds[0]
    assert first.window.opens_at == datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
    assert (first.rules.questions, first.rules.minutes, first.rules.attempts_max) == (20, 20, 2)
    assert first.rules.target == "unique_all_correct"


def test_given_hours_make_one_round_of_exactly_those_hours(bank, run):
    run(*CREATE, *UNION, *WINDOW)

    (one,) = stored().rounds
    assert one.window.opens_at == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert one.window.closes_at == datetime(2026, 11, 29, 17, 0, tzinfo=UTC)


def test_the_rules_are_kept_with_their_digest_and_an_audit_row(bank, run):
    run(*CREATE, *UNION, *WINDOW)
    db.session.rollback()

    rule_set = db.session.scalars(select(RuleSet)).one()

    assert json.loads(rule_set.body)["paper.questions"] == 20
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "contest.create"))
    assert entry.one().after_digest == rule_set.digest


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--preset", "khong_co"), "Không có mẫu thể lệ “khong_co”"),
        (("--preset", "closed_roster_quota", *WINDOW), "identity.key: “roster_account” chưa"),
        ((*UNION, "--closes", "2026-11-23 07:00"), "cần cả --opens"),
        ((*UNION, "--opens", "hôm nay", "--closes", "mai"), "“hôm nay” không phải ngày giờ"),
        ((*UNION, "--opens", "2026-11-24 07:00", "--closes", "2026-11-24 06:59"), "giờ mở phải"),
        ((*UNION, *WINDOW, "--unit", "KHONG"), "Không có đơn vị mã “KHONG”"),
        ((*UNION, *WINDOW, "--bank", "khac"), "ngân hàng câu hỏi “khac”"),
        ((*UNION, *WINDOW, "--bank", "luat-lao-dong@7"), "“luat-lao-dong@7”"),
        ((*UNION, *WINDOW, "--slug", "Thi Đua"), "chỉ chữ thường không dấu"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words_and_makes_nothing(bank, run, arguments, words):
    outcome = run(*CREATE, *arguments)

    assert outcome.exit_code == 1, outcome.output
    assert words in outcome.output
    db.session.rollback()
    assert db.session.scalar(select(Contest.id)) is None


def test_a_file_of_rules_changes_single_knobs(bank, run, tmp_path):
    over = tmp_path / "the-le.yaml"
    over.write_text("paper: {questions: 4, minutes: 5}\nattempts: {max: 1}\n", "utf-8")

    run(*CREATE, *UNION, *WINDOW, "--rules", over)

    rules = stored().rounds[0].rules
    assert (rules.questions, rules.minutes, rules.attempts_max) == (4, 5, 1)


def test_an_unknown_knob_in_the_file_is_refused_by_name(bank, run, tmp_path):
    over = tmp_path / "the-le.yaml"
    over.write_text("paper: {camera: true}\n", "utf-8")

    outcome = run(*CREATE, *UNION, *WINDOW, "--rules", over)

    assert "paper.camera: không có mục này" in outcome.output


def test_a_quota_the_bank_cannot_fill_says_which(bank, run, tmp_path):
    over = tmp_path / "the-le.yaml"
    over.write_text('paper: {quota: {"Tiền lương": 16, "Bảo hiểm": 4}}\n', "utf-8")

    outcome = run(*CREATE, *UNION, *WINDOW, "--rules", over)

    assert outcome.exit_code == 1
    assert "chủ đề “Tiền lương”: cần 16 câu, có 15" in outcome.output
    assert "chủ đề “Bảo hiểm”: cần 4 câu, có 0" in outcome.output


def test_the_same_address_twice_is_refused(bank, run):
    run(*CREATE, *UNION, *WINDOW)

    outcome = run(*CREATE, *UNION, *WINDOW)

    assert "Đã có cuộc thi với địa chỉ “thi”" in outcome.output


def test_a_question_whose_law_ends_within_the_round_is_never_asked(in_app, freeze):
    freeze(NOON)
    people.national_unit()
    ending = banks.draft(31, valid_to=date(2026, 11, 27), code="SAP-HET")
    with transaction():
        made = bank_service.publish_version(
            "bank-31", [*banks.drafts(30), ending], title="Có câu sắp hết hiệu lực", at=NOON
        )
        version = bank_service.get_version(made.version_id)

    contest = contests.contest(bank=version, ruling=Ruling(is_asked=False, reason="thử"))

    one = contest.rounds[0]
    pool = service.drawable(bank_service.get_questions(version.id), one.rules, one.window)
    assert 31 not in {question.number for question in pool}
    assert len(pool) == 30
    assert "SAP-HET" in service.get_excluded(contest)[0]
    short = type(ROUND)(opens_at=ROUND.opens_at, closes_at=datetime(2026, 11, 27, tzinfo=UTC))
    assert len(service.drawable(bank_service.get_questions(version.id), one.rules, short)) == 31


def test_a_contest_page_shows_what_the_rules_say(in_app, client, freeze):
    freeze(NOON)
    contests.contest(
        paper={"questions": 12, "minutes": 9},
        attempts={"max": 3, "counts": "last"},
        eligibility={"min_age": 18, "exclude_roles": ["judge"]},
        score={"per_correct": 2.5, "wrong": -0.5},
        prediction=None,
        ranking=["score desc", "started_at asc"],
        reveal={"answers": "never"},
        individual_prizes={"per_round": [7], "cap": {"per_person_per_round": 2}},
        collective_prizes=[{"metric": "participation_ratio", "places": 9}],
        clock={"grace_seconds": 15},
    )

    page = " ".join(re.sub(r"<[^>]+>", " ", client.get("/c/tim-hieu").text).split())

    for words in (
        "câu hỏi 12",
        "phút 9",
        "lượt mỗi vòng 3",
        "lấy lượt cuối",
        "từ đủ 18 tuổi",
        "giám khảo",
        "đúng 2,5, sai -0,5",
        "bắt đầu sớm hơn",
        "không công bố",
        "7 giải nhất",
        "nhiều nhất 2 giải một vòng",
        "9 giải tập thể",
    ):
        assert words in page
    assert "dự đoán" not in page


def test_rounds_open_and_close_by_the_clock_alone(in_app, client, freeze):
    freeze(NOON)
    contests.contest()

    for moment, words in (
        (ROUND.opens_at - timedelta(milliseconds=1), "Sắp mở"),
        (ROUND.opens_at, "Đang mở"),
        (ROUND.closes_at - timedelta(milliseconds=1), "Đang mở"),
        (ROUND.closes_at, "Đã kết thúc"),
    ):
        freeze(moment)
        assert words in client.get("/c/tim-hieu").text


def test_birth_year_is_asked_and_judged_where_the_rules_want_it(in_app, client, freeze):
    freeze(NOON)
    contests.contest(registration_fields={"birth_year": "required"}, eligibility={"min_age": 18})

    assert "Hãy ghi năm sinh" in joined(client).text
    assert "dành cho người lớn tuổi hơn" in joined(client, birth_year="2010").text
    assert joined(client, birth_year="2008").status_code == 303


def test_the_demo_is_made_once_and_is_open(in_app, run, freeze):
    freeze(NOON)
    run("units", "load")
    bank = "question_banks/seed_ldcd_atvsld_2026.yaml"
    run("banks", "import", bank, "--bank", "seed_ldcd_atvsld_2026", "--publish")

    first, second = run("demo", "load"), run("demo", "load")

    assert first.output == second.output
    assert "/c/demo" in first.output
    assert stored("demo").round_at(NOON) is not None
    assert len(service.get_contests()) == 1


def test_every_example_beside_the_field_of_the_unit_finds_one_in_the_catalogue(
    in_app, freeze, client
):
    freeze(NOON)
    contests.contest()
    loaded_catalogue()
    page = client.get("/c/tim-hieu/join").text
    examples = re.search(r"ví dụ: ([^.]+)\.", page).group(1).split(", ")

    found = {one: client.get("/units.json", query_string={"q": one}).json for one in examples}

    assert len(found) >= 3
    assert all(found.values()), found
