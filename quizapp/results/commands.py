import click

from quizapp import clock
from quizapp.attempts.service import Why
from quizapp.audit.service import command_actor
from quizapp.commands import OrganiserGroup
from quizapp.contests import service as contests
from quizapp.contests.commands import group as contest_commands
from quizapp.contests.service import ContestCard
from quizapp.db import db, transaction
from quizapp.people import service as people
from quizapp.results import service
from quizapp.results.service import Decision
from quizapp.standings.models import WHOLE_CONTEST

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
    contest = contests.get_contest(slug)
    for one in service.numbers_of(contest):
        if one == number or (one == WHOLE_CONTEST and contest.is_final(one)):
            _say_ties(contest, one)
    db.session.rollback()


@contest_commands.command("ties")
@click.argument("slug")
@click.argument("number", type=int, metavar="[ROUND]", required=False)
def ties(slug: str, number: int | None) -> None:
    """Cho biết ai đang cùng hạng ở ranh giới giải, hoặc được ban tổ chức xếp tay.

    ROUND 0 là cả cuộc thi; không ghi thì mọi vòng và cả cuộc thi.
    """
    contest = contests.get_contest(slug)
    if number:
        contests.get_round(contest, number)
    asked = service.numbers_of(contest) if number is None else [number]
    found = [_say_ties(contest, one) for one in asked]
    if not any(found):
        click.echo("Không có ai cùng hạng ở ranh giới giải.")


@contest_commands.command("place-by-hand")
@click.argument("slug")
@click.argument("number", type=int, metavar="ROUND")
@click.argument("persons", nargs=-1, required=True, metavar="PERSON…")
@click.option("--clear", is_flag=True, help="Bỏ quyết định về những người cùng hạng với PERSON.")
@click.option("--reason", required=True, help="Lý do, ghi vào nhật ký.")
def place_by_hand(
    slug: str, number: int, persons: tuple[str, ...], *, clear: bool, reason: str
) -> None:
    """Xếp những người bằng nhau ở mọi tiêu chí theo thứ tự ban tổ chức quyết định.

    PERSON là mã mà lệnh “contests ties” in ra, người đứng trước ghi trước. ROUND 0 là cả cuộc thi.
    Chỉ làm được trước khi chốt; đã chốt thì bỏ chốt, xếp tay, rồi chốt lại.
    """
    if not reason.strip():
        raise click.BadParameter("xếp tay phải ghi lý do", param_hint="--reason")
    why = Why(actor=command_actor(), reason=reason)
    with transaction():
        contest = contests.get_contest(slug)
        ids = [people.get_person_by_public_id(contest.id, one).id for one in persons]
        decision = Decision(tied_with=ids[0], person_ids=[] if clear else ids)
        service.place_by_hand(slug, number, decision, why, at=clock.now())
    click.echo("Đã bỏ quyết định." if clear else "Đã ghi thứ tự; có hiệu lực khi chốt kết quả.")


def _say_ties(contest: ContestCard, number: int) -> bool:
    """Name the people of each tie that organisers should see; tell whether there was one."""
    found = service.get_ties(contest, number, at=clock.now())
    divisions = contest.rounds[-1].rules.divisions
    where = f"Vòng {number}" if number else "Cả cuộc thi"
    for tie in found.ties:
        count = "nhiều" if tie.count is None else tie.count
        border = ", ranh giới giải nằm giữa" if tie.is_at_border else ""
        of = "" if tie.division is None else f", bảng {divisions[tie.division - 1].name}"
        click.echo(f"  {where}{of}: {count} người cùng hạng {tie.rank}{border}:")
        for one in tie.people:
            place = f", đã xếp tay thứ {one.place}" if one.place else ""
            name = f"{one.person.name}, {one.unit or 'đơn vị đang được xác định'}"
            click.echo(f"    {one.person.public_id.hex()}  {name}{place}")
    return bool(found.ties)


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
