"""`flask backup FILE`, `flask restore FILE`"""

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from quizapp.audit.service import command_actor
from quizapp.backups import service
from quizapp.backups.service import Contents
from quizapp.commands import OrganiserCommand
from quizapp.web.formats import moment, number

FILE = click.Path(path_type=Path, dir_okay=False)
CODE_SHOWN = """\
MÃ KHÔI PHỤC, chỉ hiện một lần:

    {code}

Hãy in ra hoặc chép lại, cất ở nơi khác, không để trên máy này. Mở bản sao lưu phải có mã này; mất
mã thì không ai mở được nữa.
"""


@click.command("backup", cls=OrganiserCommand)
@click.argument("file", type=FILE, required=False)
@click.option("--check", is_flag=True, help="Chỉ đọc hết FILE và nói trong đó có gì.")
@click.option("--new-code", is_flag=True, help="Đổi mã khôi phục cho những bản lập từ nay.")
@click.option("--code-file", type=FILE, help="Tệp chứa mã khôi phục; không ghi thì hỏi.")
@with_appcontext
def backup(file: Path | None, *, check: bool, new_code: bool, code_file: Path | None) -> None:
    """Sao lưu toàn bộ cài đặt (cơ sở dữ liệu, tệp đã tải lên, khóa) vào FILE, đã mã hóa.

    Chạy được trong lúc đang thi. Lần đầu in ra mã khôi phục.
    """
    if check:
        _say(service.check_backup(_needed(file), _ask_code(code_file)))
        click.echo("Bản sao lưu đọc được đến hết.")
        return
    _show_code(anew=new_code)
    if file is None and new_code:
        return
    made = service.back_up(_needed(file), actor=command_actor())
    click.echo(f"Đã sao lưu vào {made.path} ({service.told_size(made.size)})")
    click.echo(f"  {len(made.facts.rows)} bảng, {number(sum(made.facts.rows.values()))} dòng")
    click.echo(f"  Nhật ký đến {made.facts.log}")
    click.echo(f"  SHA-256 của tệp: {made.digest}")


@click.command("restore", cls=OrganiserCommand)
@click.argument("file", type=FILE)
@click.option("--code-file", type=FILE, help="Tệp chứa mã khôi phục; không ghi thì hỏi.")
@with_appcontext
def restore(file: Path, *, code_file: Path | None) -> None:
    """Khôi phục bản sao lưu FILE vào cài đặt trống, rồi so từng con số với lúc sao lưu.

    Dừng chương trình trước khi chạy. Bị ngắt giữa chừng thì chạy lại.
    """
    contents = service.restore(file, _ask_code(code_file), actor=command_actor())
    _say(contents)
    click.echo("Đã khôi phục; mọi con số trên đều khớp với lúc sao lưu. Kiểm tra thêm:")
    click.echo("  flask --app wsgi audit verify")
    click.echo("  flask --app wsgi standings verify SLUG")


def _say(contents: Contents) -> None:
    facts = contents.facts
    click.echo(f"Bản sao lưu lúc {moment(contents.made_at)} (giờ Việt Nam)")
    click.echo(f"  {contents.engine}, phiên bản {contents.program}, bảng theo {facts.head}")
    click.echo(f"  {len(facts.rows)} bảng, {number(sum(facts.rows.values()))} dòng")
    for name, words in service.DIGESTS_IN_WORDS.items():
        if name in facts.digests:
            count, _, digest = facts.digests[name].partition(":")
            click.echo(f"  {words}: {count}, dấu {digest[:16]}")
    click.echo(f"  Nhật ký đến {facts.log}")


def _show_code(*, anew: bool) -> None:
    code = service.renew_code(command_actor()) if anew else service.first_code()
    if code is not None:
        click.echo(CODE_SHOWN.format(code=code))


def _ask_code(path: Path | None) -> Any:
    if path is None:
        return service.read_code(click.prompt("Mã khôi phục"))
    try:
        return service.read_code(path.read_text("utf-8", "replace"))
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error


def _needed(file: Path | None) -> Path:
    if file is None:
        raise click.UsageError("thiếu FILE: tên tệp sao lưu")
    return file
