"""`flask people …`"""

import click
from flask import current_app

from quizapp import clock
from quizapp.audit.service import command_actor
from quizapp.commands import OrganiserGroup
from quizapp.db import transaction
from quizapp.people import service
from quizapp.people.errors import NoSuchUnit
from quizapp.people.service import LinkCard, NewOrganiser, Role
from quizapp.units.service import find_unit
from quizapp.web.formats import moment


@click.group("people", cls=OrganiserGroup)
def people() -> None:
    """Người của ban tổ chức."""


def with_base_url(command: click.decorators.FC) -> click.decorators.FC:
    """Let a command that prints a link be told the address people reach the site by."""
    words = "Địa chỉ của trang, mặc định là máy này."
    return click.option("--base-url", help=words)(command)


@people.command("add-organiser")
@click.option("--phone", required=True, help="Số điện thoại di động.")
@click.option("--name", required=True, help="Họ và tên.")
@click.option("--unit", "unit_code", required=True, help="Mã đơn vị.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@with_base_url
def add_organiser(phone: str, name: str, unit_code: str, role: str, base_url: str | None) -> None:
    """Thêm một người, in liên kết để người đó đặt mật khẩu (dùng một lần)."""
    with transaction():
        service.check_keys()
        unit = find_unit(unit_code)
        if unit is None:
            raise NoSuchUnit(code=unit_code)
        new = NewOrganiser(phone=phone, name=name, unit_id=unit.id, role=Role(role))
        added = service.add_organiser(new, actor=command_actor(), at=clock.now())
    click.echo(f"Đã cấp quyền {role} tại {unit.name}.")
    if added.link is None:
        click.echo("Người này đã có mật khẩu; không cần liên kết mới.")
    else:
        _print_link(added.link, base_url)


@people.command("reset-link")
@click.option("--phone", required=True, help="Số điện thoại di động.")
@with_base_url
def reset_link(phone: str, base_url: str | None) -> None:
    """In liên kết để một người đặt lại mật khẩu (dùng một lần)."""
    with transaction():
        service.check_keys()
        link = service.make_reset_link(phone, actor=command_actor(), at=clock.now())
    _print_link(link, base_url)


@people.command("reset-second-step")
@click.option("--phone", required=True, help="Số điện thoại di động.")
@click.option("--reason", required=True, help="Vì sao, ví dụ: mất điện thoại.")
def reset_second_step(phone: str, reason: str) -> None:
    """Tắt xác thực hai bước của một người đã mất điện thoại và hết mã dự phòng."""
    with transaction():
        service.check_keys()
        organiser_id = service.get_organiser_id(phone)
        at = clock.now()
        service.forget_second_step(organiser_id, actor=command_actor(), reason=reason, at=at)
        service.end_all_sessions(organiser_id, at=at)
    click.echo("Đã tắt xác thực hai bước; mọi phiên của người này đã kết thúc.")


def _print_link(link: LinkCard, base_url: str | None) -> None:
    base = base_url or f"http://127.0.0.1:{current_app.config['SETTINGS'].port}"
    click.echo(f"Liên kết đặt mật khẩu, dùng một lần, đến {moment(link.expires_at)}:")
    click.echo(f"{base.rstrip('/')}/setup/{link.token}")
