import click

from quizapp import clock
from quizapp.attempts.service import Why
from quizapp.audit.service import command_actor
from quizapp.commands import OrganiserGroup
from quizapp.contests.commands import group as contest_commands
from quizapp.db import transaction
from quizapp.results import service

group = OrganiserGroup("standings", help="Kiểm tra và dựng lại kết quả xếp hạng.")
SHOWN = 50


@contest_commands.command("close")
@click.argument("slug")
@click.argument("number", type=int, metavar="ROUND")
@click.option("--undo", is_flag=True, help="Bỏ chốt, hoặc bỏ một lần chốt đang dở.")
@click.option("--reason", default="", help="Lý do; bỏ chốt thì phải có.")
def close(slug: str, number: int, *, undo: bool, reason: str) -> None:
    """Chốt kết quả một vòng: tính dự đoán, xếp hạng chính thức, đổi bảng một lần.

    Bị ngắt giữa chừng thì bảng đang hiện không đổi; chạy lại lệnh này là làm tiếp đến xong.
    """
    why = Why(actor=command_actor(), reason=reason)
    if undo:
        if not reason.strip():
            raise click.BadParameter("bỏ chốt phải ghi lý do", param_hint="--reason")
        with transaction():
            service.undo_close(slug, number, why, at=clock.now())
        service.refresh_round(slug, number)
        click.echo("Đã bỏ chốt. Bảng hiện lại kết quả tạm xếp.")
        return
    closed = service.close_round(slug, number, why)
    click.echo(f"Đã chốt vòng {number}: {closed.people} người.")
    if closed.truth is not None:
        click.echo(f"  Con số đúng của câu dự đoán: {closed.truth}")
    click.echo(f"  Dấu của thứ tự xếp hạng (SHA-256): {closed.digest}")


@group.command("verify")
@click.argument("slug")
@click.pass_context
def verify(ctx: click.Context, slug: str) -> None:
    """Tính lại mọi kết quả từ các bài thi và so với số đang lưu; mã thoát 1 khi có khác biệt."""
    found = service.verify_contest(slug)
    if found.waiting:
        click.echo(
            f"Lưu ý: {found.waiting} người có kết quả mới chưa được cộng dồn (tiến trình nền chưa"
            " chạy tới): số đếm của họ và các bảng chưa so được."
        )
    if not found.problems:
        click.echo(
            f"Khớp: {found.attempts} bài, {found.people} người, {found.units} số đếm theo đơn vị."
        )
        return
    for line in found.problems[:SHOWN]:
        click.echo(line)
    click.echo(f"{len(found.problems)} khác biệt.")
    ctx.exit(1)


@group.command("rebuild")
@click.argument("slug")
@click.option(
    "--cancel", is_flag=True, help="Bỏ một lần dựng lại đang dở; bảng đang hiện không đổi."
)
@click.option("--reason", default="", help="Lý do, ghi vào nhật ký.")
def rebuild(slug: str, *, cancel: bool, reason: str) -> None:
    """Dựng lại xếp hạng, số đếm và bảng từ các bài thi, rồi đổi sang bản mới một lần.

    Bị ngắt giữa chừng thì bảng đang hiện không đổi; chạy lại lệnh này là làm tiếp đến xong.
    """
    why = Why(actor=command_actor(), reason=reason)
    if cancel:
        service.cancel_rebuild(slug, why)
        click.echo("Đã bỏ việc dựng lại. Bảng đang hiện không đổi.")
        return
    people = service.rebuild_contest(slug, why)
    click.echo(f"Đã dựng lại kết quả của {people} người.")
