"""`flask audit …`"""

import sys

import click

from quizapp.audit import service
from quizapp.audit.rules import Fault
from quizapp.commands import OrganiserGroup

WORDS = {
    Fault.ALTERED: "nội dung đã bị sửa",
    Fault.UNCHAINED: "không nối với dòng trước",
    Fault.MISSING: "bị thiếu",
}


@click.group("audit", cls=OrganiserGroup)
def audit() -> None:
    """Nhật ký việc làm của ban tổ chức."""


@audit.command("verify")
@click.option("--head", help="SỐ:DẤU đã ghi lại trước đây, phải còn trong nhật ký.")
def verify(head: str | None) -> None:
    """Kiểm tra chuỗi băm của nhật ký; mã thoát 1 khi có sai lệch."""
    problems = [f"dòng {found.id}: {WORDS[found.fault]}" for found in service.verify_chain()]
    if head is not None and not _stands(head):
        problems.append(f"dấu đã ghi {head} không còn trong nhật ký")
    if problems:
        click.echo("\n".join(problems), err=True)
        sys.exit(1)
    number, digest = service.get_head()
    click.echo(f"Nhật ký nguyên vẹn: {number} dòng, dấu cuối {number}:{digest}")


def _stands(head: str) -> bool:
    number, _, digest = head.partition(":")
    if not number.isdecimal():
        raise click.BadParameter("cần dạng SỐ:DẤU", param_hint="--head")
    return service.has_head(int(number), digest)
