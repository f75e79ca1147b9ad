import click

from quizapp import clock
from quizapp.commands import OrganiserGroup
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from quizapp.results import service
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.snapshots import keep_boards, make_boards

group = OrganiserGroup("standings", help="Kiểm tra và dựng lại kết quả xếp hạng.")
SHOWN = 50


@group.command("verify")
@click.argument("slug")
@click.pass_context
def verify(ctx: click.Context, slug: str) -> None:
    """Tính lại mọi kết quả từ các bài thi và so với số đang lưu; mã thoát 1 khi có khác biệt."""
    found = service.verify_contest(contests.get_contest(slug))
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
def rebuild(slug: str) -> None:
    """Dựng lại xếp hạng, số đếm và bảng từ các bài thi, rồi đổi sang bản mới một lần."""
    with transaction():
        rebuilt = service.rebuild_contest(contests.get_contest(slug))
    with transaction():
        service.catch_up(contests.get_contest(slug), since=rebuilt.since)
    for scope in _scopes(slug):
        at = clock.now()
        boards = make_boards(scope, at=at)
        db.session.rollback()
        with transaction():
            keep_boards(scope, boards, at=at)
    click.echo(f"Đã dựng lại kết quả của {rebuilt.people} người.")


def _scopes(slug: str) -> list[Scope]:
    scopes = list(scopes_of(contests.get_contest(slug)).values())
    db.session.rollback()
    return scopes
