"""Pictures of questions: published with a version, shown on papers, kept while they are used."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from quizapp.banks import service
from quizapp.banks.errors import MissingPictures
from quizapp.banks.models import Picture
from quizapp.banks.reading import read_here
from quizapp.banks.rules.canonical import digest_of
from quizapp.banks.writing import write_bank
from quizapp.db import db, transaction
from tests.integration.test_bank_pages import brought, clerk  # noqa: F401 - a fixture
from tests.integration.test_bank_pages import publish as publish_review
from tests.integration.test_every_route import phone_client
from tests.making import attempts, banks, contests, people
from tests.making.contests import NOON
from tests.making.documents import document, drawn, paragraph, run, with_pictures
from tests.making.pictures import picture


def word_file(questions=1):
    """Return a Word file whose questions have a picture in the stem and one in option B."""
    parts = []
    for number in range(1, questions + 1):
        parts += [
            paragraph(run(f"Câu {number}. Biển số {number}?"), drawn("rId1", "Biển <đỏ>")),
            "A. Cấm",
            paragraph(run("B. Như hình "), drawn("rId2", "Biển xanh")),
            "Đáp án: B",
        ]
    files = {"rId1": ("1.png", picture("red")), "rId2": ("2.png", picture("blue"))}
    return document(*parts, more=with_pictures(files))


def publish(reading, *, keeps=True, at=NOON):
    with transaction():
        if keeps:
            service.keep_pictures(reading.pictures, at=at)
        return service.publish_version("bien-bao", reading.drafts, title="Biển báo", at=at)


def kept():
    count = db.session.scalar(select(func.count()).select_from(Picture))
    db.session.rollback()
    return count


def test_a_version_keeps_its_pictures_in_its_digest(app):
    reading = read_here(word_file())
    with app.app_context():
        made = publish(reading)
        stored = service.get_questions(made.version_id)
        assert [dict(one) for one in stored[0].pictures] == [
            dict(one) for one in reading.drafts[0].pictures
        ]
        assert service.recompute_digest(made.version_id).is_equal
        digest = stored[0].pictures_of()[0].digest
        assert service.get_picture(digest) in reading.pictures
    plain = banks.draft(1)
    assert digest_of([plain]) != digest_of([banks.draft(1, pictures=stored[0].pictures)])


def test_a_picture_that_was_changed_in_the_database_is_found(app):
    reading = read_here(word_file())
    with app.app_context():
        made = publish(reading)
        with transaction():
            db.session.execute(update(Picture).values(body=picture("black")))
        found = service.recompute_digest(made.version_id)
        assert not found.is_equal
        assert len(found.damaged) == 2


def test_a_version_whose_pictures_are_not_here_is_refused(app):
    reading = read_here(word_file())
    with app.app_context(), pytest.raises(MissingPictures):
        publish(reading, keeps=False)


def test_an_export_reads_back_with_its_pictures(app):
    reading = read_here(word_file())
    with app.app_context():
        made = publish(reading)
        stored = service.get_questions(made.version_id)
    again = read_here(write_bank(stored, "yaml", code="bien-bao", title="Biển báo", number=1))
    assert again.problems == ()
    assert digest_of(again.drafts) == digest_of(reading.drafts)
    # A sheet cannot hold them: the question is named, not accepted without its picture.
    sheet = read_here(write_bank(stored, "xlsx", code="bien-bao", title="Biển báo", number=1))
    assert sheet.drafts == ()
    assert "hình" in sheet.errors[0].message


def test_pictures_go_when_nobody_published_them(app):
    reading = read_here(word_file())
    with app.app_context():
        with transaction():
            service.keep_pictures(reading.pictures, at=NOON)
        with transaction():
            service.forget_unused_pictures(at=NOON + timedelta(days=59))
        assert kept() == 2
        with transaction():
            service.keep_pictures(reading.pictures[:1], at=NOON + timedelta(days=59))
            service.forget_unused_pictures(at=NOON + timedelta(days=61))
        assert kept() == 1
        publish(reading)
        with transaction():
            service.forget_unused_pictures(at=NOON + timedelta(days=365))
        assert kept() == 2


def test_a_picture_is_the_same_for_everybody_and_for_good(app, client):
    reading = read_here(word_file())
    with app.app_context():
        publish(reading)
    file = reading.pictures[0]
    answer = client.get(f"/pictures/{file.digest}")
    assert (answer.status_code, answer.data) == (200, file.body)
    assert answer.mimetype == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    again = client.get(f"/pictures/{file.digest}", headers={"If-None-Match": f'"{file.digest}"'})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"/pictures/{'0' * 64}").status_code == 404


def test_a_paper_and_its_result_show_pictures_with_their_words(app, new_client, freeze):
    freeze(NOON)
    reading = read_here(word_file(questions=20))
    with app.app_context():
        publish(reading)
        contest = contests.contest(bank=service.find_version("bien-bao"))
        person = people.person(contest.id, at=NOON)
        public_id = attempts.started(contest, person)
        phone = phone_client(new_client, contest, person)
    page = phone.get(f"/a/{public_id}").text
    assert page.count("<img") == 40
    assert 'alt="Biển &lt;đỏ&gt;"' in page
    digest = reading.drafts[0].pictures_of()[0].digest
    assert f'src="/pictures/{digest}"' in page


def test_a_file_that_was_brought_shows_its_pictures_before_it_is_published(app, clerk):  # noqa: F811
    path = brought(app, clerk, word_file(), name="bien.docx")
    assert clerk.get(path).text.count("<img") == 2
    assert publish_review(clerk, path).status_code == 303
    with app.app_context():
        assert kept() == 2
        assert service.find_version("luat").question_count == 1
