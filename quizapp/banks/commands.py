"""`flask banks …`: check files, publish them, see what changed, give them back."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from quizapp import clock
from quizapp.audit.service import command_actor
from quizapp.banks import service
from quizapp.banks.errors import CannotRead, HasErrors, NoSuchVersion, NothingToPublish
from quizapp.banks.reading import LARGEST, read_bank
from quizapp.banks.rules import Content, Draft, Problem, Reading, Severity, positions_of
from quizapp.banks.rules.differences import Changed, Difference
from quizapp.banks.service import PublishedQuestion, VersionCard
from quizapp.banks.service.reading_keys import note_keys_exported
from quizapp.banks.writing import WRITERS, write_bank
from quizapp.commands import OrganiserGroup
from quizapp.db import transaction
from quizapp.said import verbatim

CANNOT_READ = 2
WORDS = {Severity.ERROR: "LỖI", Severity.WARNING: "LƯU Ý"}
FIELDS = {
    "code": "mã",
    "kind": "loại",
    "stem": "nội dung",
    "answer": "đáp án đúng",
    "fixed_order": "giữ thứ tự phương án",
    "topic": "chủ đề",
    "difficulty": "độ khó",
    "explanation": "giải thích",
    "citation": "căn cứ",
    "pictures": "hình",
    "valid_from": "hiệu lực từ",
    "valid_to": "hiệu lực đến",
}
FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group("banks", cls=OrganiserGroup)
def banks() -> None:
    """Ngân hàng câu hỏi: kiểm tra tệp, công bố, so sánh, xuất."""


@banks.command("check")
@FILE
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def check(file: Path, *, as_json: bool) -> None:
    """Đọc tệp câu hỏi và nêu mọi chỗ sai; mã thoát 1 khi có lỗi, 2 khi không đọc được tệp."""
    try:
        reading = read_bank(_content(file))
    except CannotRead as refusal:
        if as_json:
            click.echo(_as_json(_unreadable(refusal)))
        else:
            click.echo(f"{file}: {refusal}", err=True)
        sys.exit(CANNOT_READ)
    click.echo(_as_json(reading) if as_json else _as_text(file, reading))
    sys.exit(1 if reading.errors else 0)


@banks.command("import")
@FILE
@click.option("--bank", "code", required=True, help="Mã ngân hàng câu hỏi.")
@click.option("--title", help="Tên ngân hàng; mặc định lấy trong tệp.")
@click.option("--publish", is_flag=True, help="Công bố thật; thiếu thì chỉ cho biết sẽ làm gì.")
@click.option("--skip-errors", is_flag=True, help="Công bố các câu hợp lệ, bỏ các câu có lỗi.")
def import_(file: Path, code: str, title: str | None, *, publish: bool, skip_errors: bool) -> None:
    """Đưa câu hỏi trong tệp thành phiên bản mới của ngân hàng."""
    reading = _read(file)
    click.echo(_as_text(file, reading))
    service.check_bank_code(code)
    if not reading.drafts:
        raise NothingToPublish
    if not publish:
        click.echo(_plan(code, reading))
        return
    if reading.errors and not skip_errors:
        raise HasErrors(count=len(reading.errors), accepted=len(reading.drafts))
    with transaction():
        service.keep_pictures(reading.pictures, at=clock.now())
        made = service.publish_version(
            code,
            reading.drafts,
            title=title or reading.title or service.find_title(code) or code,
            by=command_actor(),
            at=clock.now(),
        )
    if made.is_new:
        click.echo(f"Đã công bố {len(reading.drafts)} câu: {made.bank_code}@{made.number}.")
    else:
        click.echo(f"Nội dung này đã là {made.bank_code}@{made.number}; không tạo phiên bản mới.")


@banks.command("diff")
@click.argument("code")
@click.argument("before", type=int)
@click.argument("after", type=int)
def diff(code: str, before: int, after: int) -> None:
    """So sánh hai phiên bản: [-chữ bỏ đi-] {+chữ thêm vào+}."""
    found = service.compare_versions(code, before, after)
    click.echo("\n".join(_difference_lines(found)) or "Hai phiên bản giống nhau.")


@banks.command("export")
@click.argument("code")
@click.option("--version", "number", type=int, help="Mặc định là phiên bản mới nhất.")
@click.option("--format", "form", type=click.Choice(sorted(WRITERS)), default="yaml")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
def export(code: str, number: int | None, form: str, output: Path) -> None:
    """Ghi một phiên bản đã công bố ra tệp."""
    version = _version(code, number)
    body = write_bank(
        service.get_questions(version.id),
        form,
        code=code,
        title=version.title,
        number=version.number,
    )
    note_keys_exported(version.id, actor=command_actor(), at=clock.now())
    try:
        output.write_bytes(body)
    except OSError as error:
        raise click.ClickException(f"Không ghi được {output}: {error.strerror}") from error
    click.echo(f"Đã ghi {version.question_count} câu của {code}@{version.number} vào {output}.")


@banks.command("list")
def list_() -> None:
    """Liệt kê các ngân hàng câu hỏi và phiên bản mới nhất."""
    cards = service.get_banks()
    for card in cards:
        newest = card.newest
        click.echo(
            f"{card.code}@{newest.number}  {newest.question_count} câu  "
            f"{newest.published_at:%Y-%m-%d %H:%MZ}  {newest.digest[:12]}  {card.title}"
        )
    if not cards:
        click.echo("Chưa có ngân hàng câu hỏi nào.")


@banks.command("citing")
@click.argument("law")
@click.option("--article", help="Điều, ví dụ 20.")
@click.option("--clause", help="Khoản.")
@click.option("--point", help="Điểm.")
def citing(law: str, article: str | None, clause: str | None, point: str | None) -> None:
    """Liệt kê câu của các phiên bản mới nhất căn cứ vào một luật (số hiệu, ví dụ 45/2019/QH14)."""
    _list_questions(service.get_citing(law, article=article, clause=clause, point=point))


@banks.command("out-of-force")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
def out_of_force(day: datetime) -> None:
    """Liệt kê câu của các phiên bản mới nhất không có hiệu lực vào một ngày (2027-01-01)."""
    _list_questions(service.get_ended(day.date()))


def _list_questions(found: Sequence[PublishedQuestion]) -> None:
    for one in found:
        days = f"{one.valid_from or '…'} – {one.valid_to or '…'}"
        click.echo(f"{one.bank_code}@{one.version}  {one.code}  {days}  {one.stem}")
    click.echo(f"{len(found)} câu.")


def _content(file: Path) -> bytes:
    """Return the bytes of a file, at most one more than a bank may have."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise CannotRead(reason=verbatim(f"không mở được ({error.strerror}).")) from error


def _read(file: Path) -> Reading:
    try:
        return read_bank(_content(file))
    except CannotRead as refusal:
        click.echo(f"{file}: {refusal}", err=True)
        raise click.exceptions.Exit(CANNOT_READ) from refusal


def _version(code: str, number: int | None) -> VersionCard:
    version = service.find_version(code, number)
    if version is None:
        raise NoSuchVersion(bank=code, number=number or "mới nhất")
    return version


def _plan(code: str, reading: Reading) -> str:
    """Say what publishing would do; nothing is stored without --publish."""
    twin = service.find_twin(code, reading.drafts)
    if twin is not None:
        return f"Không cần công bố: nội dung này đã là {code}@{twin.number}."
    newest = service.find_version(code)
    number = newest.number + 1 if newest else 1
    return f"CHƯA lưu gì. Với --publish, {len(reading.drafts)} câu sẽ thành {code}@{number}" + (
        f", bỏ {len(reading.errors)} lỗi (cần --skip-errors)." if reading.errors else "."
    )


def _as_text(file: Path, reading: Reading) -> str:
    warnings = len(reading.problems) - len(reading.errors)
    counts = f"{len(reading.drafts)} câu hợp lệ, {len(reading.errors)} lỗi, {warnings} lưu ý"
    return "\n".join([f"{file}: {counts}.", *(_problem_line(one) for one in reading.problems)])


def _problem_line(problem: Problem) -> str:
    question = f" (câu {problem.question})" if problem.question else ""
    return f"{WORDS[problem.severity]}  {problem.where}{question}: {problem.message}"


def _unreadable(refusal: CannotRead) -> Reading:
    problem = Problem(
        severity=Severity.ERROR, where=refusal.where, question=None, message=refusal.reason
    )
    return Reading(format="", problems=(problem,))


def _as_json(reading: Reading) -> str:
    body = {
        "format": reading.format or None,
        "questions": [_draft_json(draft) for draft in reading.drafts],
        "problems": [
            {
                "severity": problem.severity,
                "where": problem.where,
                "question": problem.question,
                "message": problem.message,
            }
            for problem in reading.problems
        ],
    }
    return json.dumps(body, ensure_ascii=False, indent=1)


def _draft_json(draft: Draft) -> dict[str, object]:
    pictures = {"pictures": [dict(one) for one in draft.pictures]} if draft.pictures else {}
    return pictures | {
        "number": draft.number,
        "where": draft.where,
        "stem": draft.stem,
        "options": list(draft.options),
        "right": positions_of(draft.right),
        "topic": draft.topic,
        "citations": [dict(citation) for citation in draft.citations],
        "explanation": draft.explanation,
    }


def _difference_lines(found: Difference) -> list[str]:
    lines = [f"+ {_named(question)}" for question in found.added]
    lines += [f"- {_named(question)}" for question in found.removed]
    for changed in found.changed:
        lines += _changed_lines(changed)
    if found.is_reordered:
        lines.append("Thứ tự câu hỏi đã đổi.")
    return lines


def _named(question: Content) -> str:
    return f"{question.code}  {question.stem}"


def _changed_lines(changed: Changed) -> list[str]:
    lines = [f"~ {changed.code}"]
    for change in changed.changes:
        field = FIELDS.get(change.field) or change.field.replace("option", "phương án")
        lines.append(f"    {field}: {change.marked}")
    return lines
