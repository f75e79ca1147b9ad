"""A contest to look at: real rules on the sample bank, open now, made once."""

from datetime import timedelta

import click

from quizapp import clock
from quizapp.commands import OrganiserGroup
from quizapp.contests import service as contests
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import NewContest
from quizapp.db import transaction

SLUG = "demo"
BANK = "seed_ldcd_atvsld_2026"
PRESET = "union_weekly_20x20"
OPEN_FOR = timedelta(days=30)

group = OrganiserGroup("demo", help="Cuộc thi mẫu để xem thử.")


@group.command("load")
def load() -> str:
    """Lập cuộc thi mẫu đang mở, nếu chưa có. In ra đường dẫn của nó."""
    now = clock.now()
    body = contests.read_preset(PRESET, over={})
    body.pop("rounds", None)
    new = NewContest(
        slug=SLUG,
        title="Tìm hiểu Bộ luật Lao động, Luật Công đoàn và an toàn, vệ sinh lao động (thi thử)",
        preset=PRESET,
        body=body,
        bank=BANK,
        bank_number=None,
        owner="TLD",
        controller="Người chạy chương trình này (cuộc thi thử)",
        windows=[Window(opens_at=now, closes_at=now + OPEN_FOR)],
    )
    with transaction():
        if contests.find_contest(SLUG) is None:
            contests.create_contest(new, actor="command:demo", at=now)
    click.echo(f"  /c/{SLUG}")
    return f"/c/{SLUG}"
