"""`flask units …`"""

import sys
from hashlib import sha256
from pathlib import Path

import click

from quizapp import clock
from quizapp.audit import service as audit
from quizapp.commands import OrganiserGroup
from quizapp.db import transaction
from quizapp.units import service
from quizapp.units.service import head_counts as counting
from quizapp.vietnamese import VIETNAM

CATALOGUE = Path(__file__).parent / "catalogue"
FILES = ("units_root.csv", "units_2020.csv", "units_2025.csv")  # the later counts
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("units", cls=OrganiserGroup)
def units() -> None:
    """Danh mục đơn vị công đoàn."""


@units.command("load")
@click.argument("files", nargs=-1, type=FILE)
def load(files: tuple[Path, ...]) -> None:
    """Nạp danh mục từ tệp CSV; không có tệp nào thì nạp danh mục kèm theo chương trình.

    Nạp lại không làm thay đổi gì; nếu có một dòng sai thì không ghi gì.
    """
    paths = files or tuple(CATALOGUE / name for name in FILES)
    contents = {str(path) if files else path.name: path.read_bytes() for path in paths}
    rows = service.read_files(contents)
    with transaction():
        report = service.load_rows(rows)
        if report.new or report.changed:
            audit.record(
                "units.load",
                actor=audit.command_actor(),
                object="units:catalogue",
                after={name: sha256(content).hexdigest() for name, content in contents.items()},
                at=clock.now(),
            )
    click.echo(
        f"Đơn vị: {report.new} mới, {report.changed} cập nhật, {report.unchanged} không đổi."
    )
    if report.awaited:
        click.echo(f"Đơn vị kế thừa chưa có trong danh mục: {', '.join(report.awaited)}", err=True)


@units.command("check")
def check() -> None:
    """Kiểm tra cây đơn vị; mã thoát 1 khi có chỗ sai."""
    today = clock.now().astimezone(VIETNAM).date()
    report = service.check_tree(on=today)
    if report.faults:
        click.echo("\n".join(report.faults), err=True)
        sys.exit(1)
    click.echo(
        f"Không có lỗi: {report.units} đơn vị, {report.names} tên, "
        f"{report.bodies} đơn vị trực thuộc vào ngày {today}."
    )


@units.command("head-counts")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--lock", "is_locking", is_flag=True, help="Khóa luôn: không ai sửa được nữa.")
def head_counts(files: tuple[Path, ...], *, is_locking: bool) -> None:
    """Nhập số đoàn viên từ tệp CSV có các cột code, members, counted_on, source.

    Tỷ lệ tham gia chỉ tính từ số đã khóa. Nếu có một dòng sai thì không ghi gì.
    """
    contents = {str(path): path.read_bytes() for path in files}
    with transaction():
        count = counting.import_counts(
            contents, is_locking=is_locking, actor=audit.command_actor(), at=clock.now()
        )
    click.echo(f"Đã nhập {count} số đoàn viên{', đã khóa' if is_locking else ', chưa khóa'}.")
