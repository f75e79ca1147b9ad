"""A contest to look at: real rules on the sample bank, open now, made once."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import accumulate

import click
from flask import current_app

from quizapp import clock
from quizapp.commands import OrganiserGroup
from quizapp.contests import service as contests
from quizapp.contests.rules.in_force import Ruling
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import ContestCard, NewContest
from quizapp.db import db, transaction
from quizapp.demo import evening, simulation
from quizapp.errors import N_, Refusal
from quizapp.people import service as people

SLUG = "demo"
BANK = "seed_ldcd_atvsld_2026"
PRESET = "union_weekly_20x20"
OPEN_FOR = timedelta(days=30)

SHOWN = {
    "Người ghi danh": "joined",
    "Bài nộp": "submit",
    "Bài hết giờ": "expire",
    "Bài gửi muộn": "late",
    "Bị từ chối vì hết lượt": "NoAttemptLeft",
    "Lượt bị loại": "void attempts",
    "Người bị loại": "void people",
}


class NotForRealPeople(Refusal):
    text = N_("Cuộc thi “{slug}” đã có người dự thi: không trộn người giả vào.")


group = OrganiserGroup("demo", help="Cuộc thi mẫu để xem thử.")


@group.command("load")
def load() -> str:
    """Lập cuộc thi mẫu đang mở, nếu chưa có. In ra đường dẫn của nó."""
    _make(SLUG)
    click.echo(f"  /c/{SLUG}")
    return f"/c/{SLUG}"


@group.command("simulate")
@click.option("--slug", required=True, help="Cuộc thi mẫu; chưa có thì lập mới.")
@click.option("--people", "number", type=click.IntRange(1, 200_000), required=True)
@click.option("--seed", default=1, show_default=True, help="Cùng số này thì cùng kết quả.")
def simulate(slug: str, number: int, seed: int) -> None:
    """Cho nhiều người giả vào thi qua các vòng, theo đồng hồ giả, rồi tính bảng xếp hạng.

    Chỉ chạy được khi cuộc thi chưa có ai dự thi.
    """
    contest = _make(slug)
    if people.has_people(contest.id):
        raise NotForRealPeople(slug=slug)
    end = contest.ends_at
    db.session.rollback()
    run, steps = simulation.simulate(contest, number, seed=seed)
    _show(steps, number, "Dự thi")
    simulation.match_free_texts(contest, at=end)
    waiting = run.count_results()
    db.session.rollback()
    _show(accumulate(simulation.count_results(at=end)), waiting, "Tính kết quả")
    simulation.write_boards(contest, at=end)
    for words, name in SHOWN.items():
        click.echo(f"{words}: {run.happened[name]}")
    click.echo(f"  /c/{slug}/boards/provinces")


@group.command("event")
@click.option("--speed", type=click.FloatRange(min=0.1), default=1.0, show_default=True)
@click.option("--url", help="Địa chỉ máy chủ đang chạy; không ghi thì nơi “make run” mở.")
@click.pass_context
def event(ctx: click.Context, speed: float, url: str | None) -> None:
    """Chạy một buổi lễ trên máy chủ đang chạy và tự kiểm tra; mã thoát 1 khi có gì sai.

    Người giả vào thi và nộp bài qua HTTP, màn hình mở bằng đường dẫn, bảng được giữ, bài vẫn nộp
    thêm, các hạng được công bố từ dưới lên. Khoảng 30 phút; --speed 60 thì khoảng 30 giây. Buổi lễ
    là một cuộc thi thử riêng, không hiện ở trang chủ.
    """
    site = url or f"http://127.0.0.1:{current_app.config['SETTINGS'].port}"
    played = evening.prepare(site.rstrip("/"), speed=speed, bank=BANK, preset=PRESET).play()
    if played.differs:
        click.echo(f"Sai: {'; '.join(played.differs)}")
        ctx.exit(1)
    click.echo(
        f"Đúng: {played.people} bài đã nhận còn đủ; bảng giữ nguyên {played.frozen_bytes} byte"
        f" khi có thêm {played.late} bài; {played.places} hạng công bố từ dưới lên; bục khớp với"
        " thứ tự tính lại từ bài thi."
    )


def _show(steps: Iterable[int], whole: int, words: str) -> None:
    """Take the steps, each of which yields how far it has come, with a bar on a terminal."""
    with click.progressbar(length=whole, label=words) as bar:
        for done in steps:
            bar.update(min(done, whole) - bar.pos)


def _make(slug: str) -> ContestCard:
    """Return the contest of this address, made now if there is none."""
    now = clock.now()
    body = contests.read_preset(PRESET, over={})
    body.pop("rounds", None)
    new = NewContest(
        slug=slug,
        title="Tìm hiểu Bộ luật Lao động, Luật Công đoàn và an toàn, vệ sinh lao động (thi thử)",
        preset=PRESET,
        body=body,
        bank=BANK,
        bank_number=None,
        owner="TLD",
        controller="Người chạy chương trình này (cuộc thi thử)",
        windows=[Window(opens_at=now, closes_at=now + OPEN_FOR)],
        ruling=Ruling(is_asked=False, reason="cuộc thi mẫu"),
    )
    with transaction():
        known = contests.find_contest(slug)
        return known or contests.create_contest(new, actor="command:demo", at=now)
