"""A clerk prepares a contest in steps; nothing typed is lost, nothing is live before approval."""

import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from quizapp.attempts.models import Attempt
from quizapp.audit.models import AuditEntry
from quizapp.contests import service
from quizapp.contests.models import Contest
from quizapp.contests.rules.drafts import Step
from quizapp.contests.service import signed
from quizapp.db import db, transaction
from quizapp.people.service import Role
from quizapp.units.service import find_unit
from tests.integration.pages import Page
from tests.integration.test_home import OTHER, organiser_of
from tests.integration.test_organisers import sign_in
from tests.making import banks, drafts, people, units
from tests.making.contests import NOON
from tests.making.drafts import PDF, WEEK

TITLE = "Tìm hiểu Luật Công đoàn 2024"
PUBLIC = "/c/tim-hieu-luat-cong-doan-2024"


@pytest.fixture
def clerk(app, client, freeze):
    """A signed-in organiser of a province, and a published bank."""
    freeze(NOON)
    with app.app_context():
        people.national_unit()
        organiser_of(units.made_unit("P_HUE"), phone=people.PHONE)
        banks.published(code="luat", questions=60, topics=("Tiền lương", "An toàn"))
        db.session.remove()
    sign_in(client)
    return client


@pytest.fixture
def whole(app, clerk):
    """The public id of a draft in which nothing is left to do."""
    with app.app_context():
        public_id = drafts.whole_draft(bank="luat", unit="P_HUE")
        db.session.remove()
    return public_id


def form_of(page, path):
    (found,) = [one for one in Page(page.text).forms if one.action == path]
    return found


def begun(clerk, **over):
    page = clerk.get("/admin/contests/new")
    fields = {"title": TITLE, "unit": "P_HUE", "preset": "union_weekly_20x20"} | over
    hidden = form_of(page, "/admin/contests/new").hidden
    return clerk.post("/admin/contests/new", data=hidden | fields)


def sent(clerk, path, *, headers=None, over=None, **fields):
    """Send a step with what stands in its form and these fields changed."""
    page = clerk.get(path)
    typed = form_of(page, path).hidden | values_of(page.text, path) | fields | (over or {})
    return clerk.post(path, data=typed, headers=headers or {})


def values_of(text, path):
    """Return what a browser would send of a form's fields."""
    body = text[text.index(f'action="{path}"') :].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", body):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("type") == "checkbox" and " checked" not in tag:
            continue
        if "name" in given:
            found[html.unescape(given["name"])] = html.unescape(given.get("value", ""))
    selects = re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL)
    for name, options in selects:
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[html.unescape(name)] = html.unescape(chosen[1]) if chosen else ""
    areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', body, re.DOTALL)
    for name, typed in areas:
        found[html.unescape(name)] = html.unescape(typed)
    return found


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def stored(app, model=Contest):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def test_a_draft_goes_from_the_first_step_to_an_approved_contest(app, clerk):
    path = begun(clerk).location
    public_id = path.split("/")[3]
    at = f"/admin/drafts/{public_id}"

    to = [
        sent(clerk, f"{at}/steps/basics", **drafts.BASICS).location,
        sent(clerk, f"{at}/steps/rules", **{"attempts.max": "3"}).location,
        sent(clerk, f"{at}/steps/paper", bank="luat", **{"paper.questions": "15"}).location,
        sent(
            clerk,
            f"{at}/steps/rounds",
            **{"rounds-0-opens": "01/12/2026 07:00", "rounds-0-closes": "07/12/2026 24h00"},
        ).location,
    ]
    assert [one.rpartition("/")[2] for one in to] == ["rules", "paper", "rounds", "regulation"]
    regulation = clerk.get(f"{at}/steps/regulation")
    assert "từ 07h00 ngày 01/12/2026 đến 24h00 ngày 07/12/2026" in text_of(regulation)
    ticks = dict.fromkeys(re.findall(r'name="(tick:[0-9a-f]+)"', regulation.text), "1")
    signed = {"regulation_number": "12/TL", "regulation_date": "20/11/2026"}
    assert sent(clerk, f"{at}/steps/regulation", **signed | ticks).location == f"{at}/steps/check"
    check = clerk.get(f"{at}/steps/check")
    assert "Đủ cả." in check.text
    assert stored(app) == 0
    approved = clerk.post(f"{at}/approve", data=form_of(check, f"{at}/approve").hidden)

    assert approved.location == "/admin#c-tim-hieu-luat-cong-doan-2024"
    with app.app_context():
        contest = service.get_contest("tim-hieu-luat-cong-doan-2024")
        actions = set(db.session.scalars(select(AuditEntry.action)))
        db.session.rollback()
    rules = contest.rounds[0].rules
    assert (rules.questions, rules.minutes, rules.attempts_max) == (15, 20, 3)
    (one,) = contest.rounds
    assert one.window.opens_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert one.window.closes_at == datetime(2026, 12, 7, 17, tzinfo=UTC)
    assert {"draft.begin", "draft.save", "draft.approve", "contest.approve"} <= actions
    page = text_of(clerk.get("/c/tim-hieu-luat-cong-doan-2024"))
    assert "Địa chỉ: 82 Trần Hưng Đạo, Hà Nội." in page
    assert "Liên hệ: 024 3942 1794." in page
    assert "Số 12/TL, ngày 20/11/2026" in page
    assert "024 3942 1794" in text_of(clerk.get("/c/tim-hieu-luat-cong-doan-2024/join"))


def test_what_is_wrong_is_kept_and_told_with_its_place(clerk):
    path = begun(clerk).location
    rules = path.replace("basics", "rules")

    answer = sent(clerk, rules, **{"attempts.max": "99", "score.wrong": "một"})

    assert answer.location == f"{rules}?told=1"
    page = clerk.get(answer.location)
    assert 'value="99"' in page.text
    assert 'value="một"' in page.text
    assert "Số lượt mỗi người: “99” không phải số nguyên từ 1 đến 50" in text_of(page)
    check = text_of(clerk.get(path.replace("basics", "check")))
    assert "hãy ghi số điểm, ví dụ 1 hoặc 0,5" in check
    assert "Thể lệ › Điểm một câu sai" in check


def test_what_is_missing_is_told_in_the_language_of_the_page(clerk):
    check = begun(clerk).location.replace("basics", "check")

    assert "Chưa có vòng thi nào." in text_of(clerk.get(check))
    english = text_of(clerk.get(f"{check}?lang=en"))
    assert "There is no round yet. Enter when each round opens and closes." in english
    assert "Chưa" not in english


def test_a_page_that_saves_by_itself_is_told_what_would_come_of_it(clerk, whole):
    path = f"/admin/drafts/{whole}/steps/paper"

    answer = sent(clerk, path, headers={"Accept": "application/json"}, **{"paper.questions": "17"})

    assert answer.status_code == 200
    parts, page = answer.json["parts"], clerk.get(path).text
    assert "<dd>17</dd>" in parts["preview"]
    assert "câu dùng được" in parts["supply-now"]
    assert [name for name, part in parts.items() if part not in page] == []
    again = sent(clerk, path, headers={"Accept": "application/json"}, **{"paper.questions": "x"})
    assert "hãy ghi một số nguyên" in again.json["problems"]["paper.questions"]
    assert 'value="x"' in clerk.get(path).text


def test_two_people_on_one_draft_overwrite_nothing_silently(app, clerk, whole, new_client):
    with app.app_context():
        hue = find_unit("P_HUE")
        db.session.rollback()
        organiser_of(hue, phone=OTHER)
    other = new_client()
    sign_in(other, phone=OTHER)
    path = f"/admin/drafts/{whole}/steps/basics"
    page = clerk.get(path)
    mine = form_of(page, path).hidden | values_of(page.text, path)

    sent(other, path, title="Tên của người kia")
    late = clerk.post(path, data=mine | {"title": "Tên của tôi"})
    unrelated = sent(clerk, f"/admin/drafts/{whole}/steps/paper", **{"paper.minutes": "25"})

    assert late.status_code == 409
    assert "Lê Thị Hằng vừa sửa phần này" in late.text
    assert "đang lưu: Tên của người kia" in text_of(late)
    assert 'value="Tên của tôi"' in late.text
    assert unrelated.status_code == 303
    again = form_of(late, path).hidden | values_of(late.text, path)
    assert clerk.post(path, data=again).status_code == 303
    assert "Tên của tôi" in clerk.get(path).text


def test_ones_own_later_save_is_not_told_as_somebody_elses(clerk, whole):
    path = f"/admin/drafts/{whole}/steps/basics"
    page = clerk.get(path)
    mine = form_of(page, path).hidden | values_of(page.text, path)
    sent(clerk, path, title="Mới hơn")

    late = clerk.post(path, data=mine, headers={"Accept": "application/json"})

    assert late.status_code == 409
    assert "Phần này đã được lưu ở một trang khác" in late.json["error"]
    assert "Lê Thị Hằng" not in late.json["error"]


def test_a_save_whose_answer_was_lost_can_be_sent_again(clerk, whole):
    path = f"/admin/drafts/{whole}/steps/basics"
    page = clerk.get(path)
    mine = form_of(page, path).hidden | values_of(page.text, path) | {"title": "Tên của tôi"}
    script = {"Accept": "application/json"}

    first, again = (clerk.post(path, data=mine, headers=script) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json["seen"] == first.json["seen"]


def test_what_a_topic_has_too_few_of_is_said_at_once(clerk, whole):
    path = f"/admin/drafts/{whole}/steps/paper"

    answer = sent(clerk, path, **{"paper.quota:Tiền lương": "31", "paper.questions": "31"})

    page = text_of(clerk.get(answer.location))
    assert page.count("Chủ đề “Tiền lương”: đề cần 31 câu, ngân hàng có 30, thiếu 1.") == 3


def test_a_paper_that_the_bank_cannot_fill_is_told_before_there_is_any_round(clerk):
    steps = begun(clerk).location.removesuffix("/basics")
    path = f"{steps}/paper"
    words = "Đề cần 70 câu, ngân hàng có 60 câu dùng được, thiếu 10."

    typed = {"bank": "luat", "paper.questions": "70"}
    script = sent(clerk, path, headers={"Accept": "application/json"}, **typed)
    assert script.json["problems"]["paper.questions"] == words
    assert words in script.json["parts"]["supply-now"]

    answer = sent(clerk, path)
    assert answer.location.startswith(path)
    assert text_of(clerk.get(answer.location)).count(words) == 3
    options = {"paper.options_min": "2", "paper.options_max": "3", "paper.questions": "20"}
    assert (
        "thiếu 20."
        in sent(clerk, path, headers={"Accept": "application/json"}, **options).json["problems"][
            "paper.questions"
        ]
    )
    fits = sent(clerk, path, **options | {"paper.options_max": "4"})
    assert fits.location == f"{steps}/rounds"


def test_a_weekly_schedule_is_generated_in_vietnams_zone(clerk, whole):
    path = f"/admin/drafts/{whole}/steps/rounds"
    weekly = {
        "weekly-count": "4",
        "weekly-first": "02/12/2026",
        "weekly-opens-day": "Mon",
        "weekly-opens-time": "07:00",
        "weekly-closes-day": "Sun",
        "weekly-closes-time": "24:00",
        "generate": "1",
    }

    sent(clerk, path, **weekly)
    typed = values_of(clerk.get(path).text, path)

    assert typed["rounds-0-opens"] == "07/12/2026 07:00"
    assert typed["rounds-0-closes"] == "13/12/2026 24:00"
    assert typed["rounds-3-closes"] == "03/01/2027 24:00"
    bad = sent(clerk, path, **weekly | {"weekly-count": "0"})
    assert bad.status_code == 422
    assert "số vòng phải từ 1 đến 20" in bad.text
    assert values_of(bad.text, path)["rounds-3-closes"] == "03/01/2027 24:00"


def test_a_weekly_schedule_that_cannot_be_keeps_what_was_typed_and_names_the_fields(clerk, whole):
    path = f"/admin/drafts/{whole}/steps/rounds"
    weekly = {
        "weekly-count": "5",
        "weekly-first": "32/12/2026",
        "weekly-opens-day": "Tue",
        "weekly-opens-time": "8 giờ",
        "weekly-closes-day": "Fri",
        "weekly-closes-time": "24h00",
    }

    bad = sent(clerk, path, **weekly, generate="1")

    assert bad.status_code == 422
    assert values_of(bad.text, path).items() >= weekly.items()
    assert re.search(r'<details class="look" open>\s*<summary>Tạo lịch hằng tuần', bad.text)
    for name in weekly:
        is_wrong = name in {"weekly-first", "weekly-opens-time"}
        assert (f'aria-describedby="e-{name}" aria-invalid="true"' in bad.text) == is_wrong
    assert bad.text.count("giờ mở phải viết như 07:00") == 2  # above the form, and at its field
    english = sent(clerk, f"{path}?lang=en", **weekly, generate="1")
    assert "Weekly schedule: " in english.text


def test_a_changed_rule_unticks_its_point_and_no_other(app, clerk, whole):
    sent(clerk, f"/admin/drafts/{whole}/steps/paper", **{"paper.minutes": "25"})

    with app.app_context():
        organiser = drafts.runner("P_HUE")
        problems = service.look_at(organiser, service.get_draft(organiser, whole), at=NOON).problems
        db.session.rollback()

    assert [one.words for one in problems] == ["Chưa đối chiếu mục “Đề thi” với văn bản đã ký."]
    page = clerk.get(f"/admin/drafts/{whole}/steps/check")
    refused = clerk.post(f"/admin/drafts/{whole}/approve", data=Page(page.text).forms[0].hidden)
    assert refused.status_code == 422
    assert stored(app) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"controller_contact": ""}, "Chưa ghi liên hệ của bên kiểm soát dữ liệu cá nhân."),
        ({"unit": "VGCL"}, "Chưa chọn đơn vị tổ chức."),
        ({"title": ""}, "Chưa có tên cuộc thi."),
        ({"bank": ""}, "Chưa chọn ngân hàng câu hỏi."),
        ({"rounds-0-opens": "23/11/2026 11:59"}, "Vòng 1 mở trước lúc này."),
        ({"rounds-0-closes": "mai"}, "Vòng 1: “mai” không phải ngày giờ"),
        ({"rounds-0-opens": "", "rounds-0-closes": ""}, "Chưa có vòng thi nào."),
        ({"regulation_number": ""}, "Chưa ghi số của thể lệ đã ký."),
        ({"regulation_date": "hôm qua"}, "Chưa ghi ngày ký thể lệ."),
        ({"slug": "Có Dấu"}, "chỉ chữ thường không dấu"),
        ({"paper.questions": "61"}, "Đề cần 61 câu, ngân hàng có 60 câu dùng được, thiếu 1."),
    ],
)
def test_what_keeps_a_contest_from_being_approved(app, clerk, whole, change, words):
    with app.app_context():
        organiser = drafts.runner("P_HUE")
        draft = service.get_draft(organiser, whole)
        typed = {k: v for k, v in (dict(draft.typed) | change).items() if v}
        found = service.look_at(organiser, replace(draft, typed=typed), at=NOON).problems
        db.session.rollback()

    assert any(words in one.words for one in found), found


def test_an_approved_draft_is_fixed_and_its_rounds_open_by_the_clock_alone(
    app, clerk, whole, freeze
):
    check = clerk.get(f"/admin/drafts/{whole}/steps/check")
    clerk.post(f"/admin/drafts/{whole}/approve", data=Page(check.text).forms[0].hidden)
    page = "/c/tim-hieu-luat-cong-doan-2024"

    path = f"/admin/drafts/{whole}/steps/basics"
    assert sent(clerk, path, title="Khác").status_code == 409
    freeze(WEEK.opens_at - timedelta(seconds=1))
    assert "Ghi danh trước" in clerk.get(page).text
    freeze(WEEK.opens_at)
    assert "Vào thi" in clerk.get(page).text
    freeze(WEEK.closes_at)
    assert "Đã kết thúc" in clerk.get(page).text


def uploaded(clerk, public_id, content=PDF, name="ký.pdf", **fields):
    """Send a file with the fields of its step, as the button beside it does."""
    step, path = (f"/admin/drafts/{public_id}/{end}" for end in ("steps/regulation", "signed"))
    page = clerk.get(step)
    assert f'formaction="{path}"' in page.text
    typed = form_of(page, step).hidden | values_of(page.text, step) | fields
    return clerk.post(path, data=typed | {"file": (io.BytesIO(content), name)})


def test_what_is_typed_beside_a_file_is_kept_with_it(clerk, whole):
    step = f"/admin/drafts/{whole}/steps/regulation"
    tick = next(name for name in values_of(clerk.get(step).text, step) if name.startswith("tick"))

    kept = uploaded(clerk, whole, regulation_number="99/TL-LĐLĐ", **{tick: ""})
    assert kept.status_code == 303
    page = clerk.get(step)
    assert 'value="99/TL-LĐLĐ"' in page.text
    assert tick not in values_of(page.text, step)
    assert "ký.pdf" in page.text

    refused = uploaded(clerk, whole, b"no PDF", regulation_number="100/TL-LĐLĐ")
    assert refused.status_code == 422
    assert 'value="100/TL-LĐLĐ"' in refused.text


def test_a_file_that_comes_without_its_step_changes_nothing_of_it(clerk, whole):
    step = f"/admin/drafts/{whole}/steps/regulation"
    page = clerk.get(step)
    token = {"csrf_token": form_of(page, step).hidden["csrf_token"]}
    before = values_of(page.text, step)

    file = {"file": (io.BytesIO(PDF), "ký.pdf")}
    assert clerk.post(f"/admin/drafts/{whole}/signed", data=token | file).status_code == 303

    after = values_of(clerk.get(step).text, step)
    assert {**after, "csrf_token": ""} == {**before, "csrf_token": ""}


def test_a_signed_regulation_is_kept_and_given_back_as_a_file_that_runs_nothing(
    clerk, whole, monkeypatch
):
    def upload(content, name="ký.pdf"):
        return uploaded(clerk, whole, content, name)

    assert upload(b"<script>alert(1)</script>").status_code == 422
    assert upload(b"").status_code == 422
    with monkeypatch.context() as patch:
        patch.setattr(signed, "LARGEST", len(PDF) - 1)
        assert upload(PDF).status_code == 413
    assert upload(PDF).status_code == 303
    kept = clerk.get(f"/admin/drafts/{whole}/signed.pdf")
    assert kept.data == PDF
    assert kept.headers["Content-Disposition"].startswith("attachment;")
    assert kept.headers["Content-Security-Policy"].startswith("sandbox")
    assert clerk.get("/c/tim-hieu-luat-cong-doan-2024/regulation.pdf").status_code == 404
    check = clerk.get(f"/admin/drafts/{whole}/steps/check")
    clerk.post(f"/admin/drafts/{whole}/approve", data=Page(check.text).forms[0].hidden)
    assert 'href="/c/tim-hieu-luat-cong-doan-2024/regulation.pdf"' in clerk.get(PUBLIC).text
    public = clerk.get("/c/tim-hieu-luat-cong-doan-2024/regulation.pdf")
    assert public.data == PDF
    assert public.headers["Content-Security-Policy"].startswith("sandbox")


def test_without_a_scan_the_page_tells_the_number_and_links_to_no_file(clerk, whole):
    check = clerk.get(f"/admin/drafts/{whole}/steps/check")
    clerk.post(f"/admin/drafts/{whole}/approve", data=Page(check.text).forms[0].hidden)

    page = clerk.get(PUBLIC).text
    assert "Thể lệ đã ký" in page
    assert "regulation.pdf" not in page


def test_the_clock_of_a_trial_runs_from_its_start_and_not_from_the_page_before(
    clerk, whole, freeze
):
    ready = clerk.get(f"/admin/drafts/{whole}/try")
    start = re.search(r'href="([^"]+/try\?begin=1)"', ready.text)[1]
    freeze(NOON + timedelta(minutes=5))

    paper = clerk.get(start, follow_redirects=True)

    now, deadline = (
        int(re.search(rf'data-{name}="(\d+)"', paper.text)[1]) for name in ("now", "deadline")
    )
    assert deadline - now == 20 * 60_000


def test_trying_a_paper_leaves_nothing_behind(app, clerk, whole):
    ready = clerk.get(f"/admin/drafts/{whole}/try")
    address = clerk.get(re.search(r'href="([^"]+/try\?begin=1)"', ready.text)[1]).location
    before = {model: stored(app, model) for model in (Attempt, AuditEntry, Contest)}

    paper = clerk.get(address)
    saved = clerk.put(f"{address}/answers", json={"op": 1, "answers": {"1": "A"}})
    hidden = form_of(paper, f"{address}/submit").hidden
    done = clerk.post(f"{address}/submit", data=hidden | {"q1": "A"})

    assert len(set(re.findall(r'name="(q\d+|prediction)"', paper.text))) == 21
    assert clerk.get(address).text == paper.text  # the same paper again
    assert saved.json["op"] == 1
    assert saved.json["deadline"] - saved.json["now"] == 20 * 60_000
    assert "không có gì được lưu hay tính" in clerk.get(done.location).text
    assert {model: stored(app, model) for model in before} == before


def test_a_draft_is_nobody_elses(app, clerk, whole, new_client):
    with app.app_context():
        organiser_of(units.made_unit("P_VINH"), phone=OTHER)
        people.organiser(role=Role.VIEWER, at=NOON, phone="0987 650 439")
    for phone in (OTHER, "0987 650 439"):
        other = new_client()
        sign_in(other, phone=phone)
        for page in ("steps/basics", "steps/check", "preview", "print", "try", "signed.pdf"):
            assert other.get(f"/admin/drafts/{whole}/{page}").status_code == 404
        assert TITLE not in other.get("/admin").text


def test_too_much_is_refused_and_shown_again(clerk, whole):
    page = sent(clerk, f"/admin/drafts/{whole}/steps/basics", title="x" * 5000)

    assert page.status_code == 422
    assert "Nội dung dài quá" in page.text


def test_an_unknown_step_is_not_there(clerk, whole):
    assert clerk.get(f"/admin/drafts/{whole}/steps/gone").status_code == 404
    assert clerk.get("/admin/drafts/xyz/steps/basics").status_code == 404


def test_the_home_says_what_is_next_and_puts_away(app, clerk, whole):
    home = text_of(clerk.get("/admin"))
    assert "Đủ cả, chỉ còn duyệt." in home
    with app.app_context(), transaction():
        drafts.fill(drafts.runner("P_HUE"), whole, Step.PAPER, {"bank": ""})
    assert "việc phải xong trước khi duyệt" in text_of(clerk.get("/admin"))
    path = f"/admin/drafts/{whole}/archive"

    clerk.post(path, data=form_of(clerk.get("/admin"), path).hidden)
    assert TITLE not in clerk.get("/admin").text
    away = clerk.get("/admin?archive=1")
    clerk.post(path, data=form_of(away, path).hidden)
    assert TITLE in clerk.get("/admin").text
