from datetime import datetime

import click

from quizapp import clock
from quizapp.attempts import service
from quizapp.attempts.errors import NoSuchPerson
from quizapp.attempts.service import For, Why
from quizapp.attempts.service.incidents import get_grants
from quizapp.attempts.service.time import MOST_MINUTES
from quizapp.audit.service import command_actor
from quizapp.commands import OrganiserGroup
from quizapp.contests import service as contests
from quizapp.contests.errors import BadSchedule, NoSuchUnit
from quizapp.contests.rules.schedule import BadMoment, read_moment
from quizapp.contests.service import ContestCard
from quizapp.db import transaction
from quizapp.people import service as people
from quizapp.units import service as units

group = OrganiserGroup("attempts", help="Thêm giờ, tạm dừng, bù sự cố.")
LONGEST_REASON = 300


def _read_reason(_ctx: click.Context, _option: click.Parameter, text: str) -> str:
    if not text.strip() or len(text) > LONGEST_REASON:
        raise click.BadParameter(f"ghi lý do, nhiều nhất {LONGEST_REASON} ký tự")
    return text.strip()


REASON = click.option(
    "--reason",
    required=True,
    callback=_read_reason,
    help="Lý do, ở mãi trong nhật ký và, trừ khi cho một người, hiện trên trang cuộc thi:"
    " đừng ghi tên hay số điện thoại.",
)
SLUG, ROUND = click.argument("slug"), click.argument("number", type=int)


@group.command("extend")
@SLUG
@ROUND
@click.option("--minutes", type=click.IntRange(1, MOST_MINUTES), required=True)
@click.option("--phone", help="Cho một người, theo số điện thoại.")
@click.option("--unit", help="Cho một đơn vị và cấp dưới, theo mã.")
@click.option("--all", "everybody", is_flag=True, help="Cho mọi người.")
@REASON
def extend(slug: str, number: int, minutes: int, **whom: str | bool) -> None:
    """Thêm giờ cho bài đang làm và bài bắt đầu sau, kể cả quá giờ đóng vòng."""
    chosen = [name for name in ("phone", "unit", "everybody") if whom[name]]
    if len(chosen) != 1:
        raise click.UsageError("chọn đúng một: --phone, --unit hoặc --all")
    with transaction():
        contest = contests.get_contest(slug)
        one = contests.get_round(contest, number)
        given = _whom(contest, phone=str(whom["phone"] or ""), unit=str(whom["unit"] or ""))
        why = Why(actor=command_actor(), reason=str(whom["reason"]))
        running = service.grant_time(one, given, minutes * 60, why, at=clock.now())
    click.echo(f"Đã thêm {minutes} phút. Bài đang làm được thêm giờ: {running}.")


@group.command("grants")
@SLUG
@ROUND
def grants(slug: str, number: int) -> None:
    """Liệt kê các lần thêm giờ cho mọi người hay một đơn vị, với số để rút lại."""
    one = contests.get_round(contests.get_contest(slug), number)
    for grant in get_grants([one], at=clock.now()):
        whom = grant.unit or "mọi người"
        state = ", đã rút lại" if grant.withdrawn_at else ""
        click.echo(f"{grant.id}: {grant.seconds // 60} phút cho {whom}{state} ({grant.reason})")


@group.command("withdraw")
@SLUG
@ROUND
@click.argument("grant", type=int)
@REASON
def withdraw(slug: str, number: int, grant: int, reason: str) -> None:
    """Rút lại một lần thêm giờ (số: xem grants) cho bài bắt đầu từ nay; bài đang làm vẫn được."""
    with transaction():
        one = contests.get_round(contests.get_contest(slug), number)
        why = Why(actor=command_actor(), reason=reason)
        service.withdraw_time(one, grant, why, at=clock.now())
    click.echo("Đã rút lại cho các bài bắt đầu từ nay.")


@group.command("pause")
@SLUG
@ROUND
@REASON
def pause(slug: str, number: int, reason: str) -> None:
    """Dừng mọi đồng hồ của vòng: không ai bắt đầu, không bài nào hết giờ."""
    with transaction():
        one = contests.get_round(contests.get_contest(slug), number)
        service.pause_round(one, Why(actor=command_actor(), reason=reason), at=clock.now())
    click.echo("Vòng thi đã tạm dừng. Chạy tiếp: attempts resume")


@group.command("resume")
@SLUG
@ROUND
@REASON
def resume(slug: str, number: int, reason: str) -> None:
    """Chạy tiếp: hạn của mọi bài và giờ đóng vòng lùi lại đúng khoảng đã dừng."""
    with transaction():
        one = contests.get_round(contests.get_contest(slug), number)
        why = Why(actor=command_actor(), reason=reason)
        running = service.resume_round(one, why, at=clock.now())
    click.echo(f"Vòng thi chạy tiếp. Bài được lùi hạn: {running}.")


@group.command("compensate")
@SLUG
@ROUND
@click.option("--from", "began", required=True, help="Sự cố từ lúc nào (giờ Việt Nam).")
@click.option("--to", "ended", required=True, help="Đến lúc nào.")
@REASON
def compensate(slug: str, number: int, began: str, ended: str, reason: str) -> None:
    """Bù một khoảng sự cố đã qua: không tính vào giờ làm bài của ai, kể cả bài đã nộp."""
    with transaction():
        one = contests.get_round(contests.get_contest(slug), number)
        touched = service.compensate_outage(
            one,
            _moment(began),
            _moment(ended),
            Why(actor=command_actor(), reason=reason),
            at=clock.now(),
        )
    click.echo(f"Đã bù cho {touched} bài.")


def _whom(contest: ContestCard, *, phone: str, unit: str) -> For:
    if phone:
        person = people.find_person_by_phone(contest.id, phone)
        if person is None:
            raise NoSuchPerson
        return For(person_id=person.id)
    if unit:
        card = units.find_unit(unit)
        if card is None:
            raise NoSuchUnit(code=unit)
        return For(unit_id=card.id)
    return For()


def _moment(text: str) -> datetime:
    try:
        return read_moment(text)
    except BadMoment as error:
        raise BadSchedule(problem=str(error)) from error
