from datetime import datetime
from pathlib import Path

import click
import yaml

from quizapp import clock
from quizapp.audit.service import command_actor
from quizapp.commands import OrganiserGroup
from quizapp.contests import service
from quizapp.contests.errors import BadRules, BadSchedule
from quizapp.contests.rules.in_force import Ruling
from quizapp.contests.rules.schedule import BadMoment, Window, preset_windows, read_moment
from quizapp.contests.service import ContestCard, NewContest
from quizapp.db import transaction
from quizapp.web.formats import moment

group = OrganiserGroup("contests", help="Lập cuộc thi.")


@group.command("create")
@click.option("--preset", required=True, help="Mẫu thể lệ, ví dụ union_weekly_20x20.")
@click.option("--bank", required=True, help="Ngân hàng câu hỏi, CODE hoặc CODE@PHIÊN_BẢN.")
@click.option("--slug", required=True, help="Địa chỉ cuộc thi: chữ thường, số, gạch nối.")
@click.option("--title", help="Tên cuộc thi.")
@click.option("--opens", help="Giờ mở (giờ Việt Nam), ví dụ “2026-11-23 07:00”.")
@click.option("--closes", help="Giờ đóng, ví dụ “2026-11-29 24:00”.")
@click.option("--unit", "owner", default="TLD", show_default=True, help="Mã đơn vị tổ chức.")
@click.option("--controller", help="Bên chịu trách nhiệm về dữ liệu cá nhân.")
@click.option(
    "--rules",
    "over",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp YAML ghi những mục thể lệ khác với mẫu.",
)
@click.option("--leave-out", metavar="LÝ_DO", help="Không hỏi các câu hết hiệu lực khi đang thi.")
@click.option("--ask-anyway", metavar="LÝ_DO", help="Vẫn hỏi các câu ấy vì đáp án còn đúng.")
def create(**options: str | Path | None) -> None:
    """Lập cuộc thi từ một mẫu thể lệ.

    Có --opens và --closes: một vòng đúng khoảng ấy. Không có: các vòng theo lịch của mẫu, sớm nhất
    từ bây giờ (hoặc từ --opens).
    """
    now = clock.now()
    body = service.read_preset(str(options["preset"]), over=_read_over(options["over"]))
    schedule = body.pop("rounds", {})
    bank, _, number = str(options["bank"]).partition("@")
    if number and not number.isdecimal():
        raise click.BadParameter("phiên bản là một số, ví dụ CODE@2", param_hint="--bank")
    new = NewContest(
        slug=str(options["slug"]),
        title=str(options["title"] or options["slug"]),
        preset=str(options["preset"]),
        body=body,
        bank=bank,
        bank_number=int(number) if number else None,
        owner=str(options["owner"]),
        controller=str(options["controller"] or "Ban tổ chức cuộc thi"),
        windows=_windows(options["opens"], options["closes"], schedule, now=now),
        ruling=_ruling(options["leave_out"], options["ask_anyway"]),
    )
    with transaction():
        contest = service.create_contest(new, actor=command_actor(), at=now)
        excluded = service.get_excluded(contest)
    _say(contest, excluded)


def _ruling(left_out: object, asked: object) -> Ruling | None:
    if left_out and asked:
        raise click.UsageError("chỉ dùng một trong --leave-out và --ask-anyway")
    reason = str(left_out or asked or "").strip()
    return Ruling(is_asked=bool(asked), reason=reason) if reason else None


def _read_over(path: str | Path | None) -> dict[str, object]:
    if path is None:
        return {}
    try:
        over = yaml.safe_load(Path(path).read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadRules(problems=f"- {path}: không đọc được YAML ({error})") from error
    if not isinstance(over, dict):
        raise BadRules(problems=f"- {path}: phải là các mục thể lệ dạng YAML")
    return over


def _windows(opens: object, closes: object, schedule: object, *, now: datetime) -> list[Window]:
    try:
        if opens and closes:
            window = Window(opens_at=read_moment(str(opens)), closes_at=read_moment(str(closes)))
            return [window]
        if closes:
            raise BadSchedule(problem="có --closes thì cần cả --opens")
        after = read_moment(str(opens)) if opens else now
        return preset_windows(schedule if isinstance(schedule, dict) else {}, after=after)
    except BadMoment as error:
        raise BadSchedule(problem=str(error)) from error


def _say(contest: ContestCard, excluded: list[str]) -> None:
    click.echo(f"Đã lập cuộc thi “{contest.title}”: /c/{contest.slug}")
    for one in contest.rounds:
        opens, closes = moment(one.window.opens_at), moment(one.window.closes_at)
        click.echo(f"  {one.title}: {opens} – {closes}")
    for line in excluded:
        click.echo(f"  Lưu ý: {line}")
