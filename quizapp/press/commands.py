from datetime import datetime
from pathlib import Path

import click

from quizapp import clock
from quizapp.audit.service import command_actor
from quizapp.commands import OrganiserGroup
from quizapp.contests import service as contests
from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.rules.schedule import BadMoment, read_moment
from quizapp.db import db
from quizapp.press import service
from quizapp.press.errors import Frozen
from quizapp.press.rules import Version
from quizapp.press.words import until
from quizapp.standings.service.freezing import as_seen

group = OrganiserGroup("press", help="Báo cáo số liệu cho báo chí và thi đua.")


@group.command("report")
@click.argument("slug")
@click.option("--round", "number", type=click.IntRange(0), default=0, help="Vòng; 0: cả cuộc thi.")
@click.option(
    "--as-of", "typed", help="Mốc “tính đến”, ví dụ “2026-11-28 24:00”; không ghi: lúc này."
)
@click.option(
    "-o",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Thư mục ghi tệp Word, Excel và ảnh.",
)
@click.option(
    "--exact",
    is_flag=True,
    help="Ghi cả các số đang được giữ lại vì câu dự đoán hay vì bảng được giữ nguyên.",
)
def report(slug: str, number: int, typed: str | None, folder: Path, *, exact: bool) -> None:
    """Lập một báo cáo, lưu số liệu và ghi các tệp vào thư mục.

    Khi số người hay số lượt đang là đáp án của câu dự đoán, tệp không ghi số, như bảng công khai.
    """
    contest = contests.get_contest(slug)
    if number:
        contests.get_round(contest, number)
    seen = as_seen(contest, clock.now())
    hides = Hidden.COUNTS in seen.contest.hides(number, seen.at)
    db.session.rollback()
    as_of = None if typed is None else _moment(typed)
    if as_of is not None and service.is_frozen_out(seen, as_of) and not exact:
        raise Frozen
    report_id = service.make_report(contest, number, as_of=as_of, actor=command_actor())
    told = service.get_body(report_id)
    version = Version.KEPT_BACK if hides and not exact else Version.EXACT
    folder.mkdir(parents=True, exist_ok=True)
    for form, content in service.draw_stored(report_id, version).items():
        path = folder / service.file_name(slug, number, told.as_of, form)
        path.write_bytes(content)
        click.echo(f"Đã ghi {path}")
    click.echo(f"{until(told.as_of)}.")
    if hides and exact:
        click.echo("Các số này là đáp án của câu dự đoán: đừng chuyển cho ai trước khi chốt.")
    elif hides:
        click.echo("Số người, số lượt được giữ lại đến khi chốt kết quả.")
    else:
        click.echo(f"{told.people} người thi, {told.attempts} lượt thi.")


def _moment(typed: str) -> datetime:
    try:
        return read_moment(typed)
    except BadMoment as bad:
        raise click.BadParameter(str(bad), param_hint="--as-of") from bad
