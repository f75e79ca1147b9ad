"""Commands about evenings in halls."""

from pathlib import Path

import click

from quizapp.audit.service import command_actor
from quizapp.commands import OrganiserGroup
from quizapp.events import service

group = OrganiserGroup("events", help="Buổi lễ ở hội trường.")


@group.command("pack")
@click.argument("slug")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--event", "number", type=int, help="Buổi thứ mấy; không ghi thì buổi mới nhất.")
@click.option("--url", default="", help="Địa chỉ trang thi, ví dụ https://thi.congdoan.vn.")
@click.option("--reason", default="Lấy gói buổi lễ bằng lệnh", help="Lý do, ghi vào nhật ký.")
def pack(slug: str, output: Path, number: int | None, url: str, reason: str) -> None:
    """Ghi cả buổi vào một tệp zip, mở ra là chạy không cần mạng. Tệp chứa toàn bộ kết quả.

    Không ghi --url thì gói không có màn mời vào thi, vì không biết người dự gõ địa chỉ nào.
    """
    made = service.make_pack(slug, number, actor=command_actor(), reason=reason, url=url)
    output.write_bytes(made.content)
    click.echo(f"Đã ghi {output}. Tệp chứa kết quả: giữ kín đến khi công bố xong.")
    if not made.is_final:
        click.echo("  Kết quả chưa chốt: mỗi màn ghi “TẠM XẾP”.")
    click.echo(f"  SHA-256: {made.digest}")
