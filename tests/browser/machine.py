"""Pictures for the administrators' guide: the first page's word on backups, signing in by code."""

from datetime import timedelta

import pyotp

from quizapp.backups.models import BackupRun
from quizapp.db import db, transaction
from tests.browser.week import PASSWORD, signed_up
from tests.making.contests import NOON

NUMBER = "0912 440 077"
MADE_AT = NOON - timedelta(hours=10)  # as every night, at two o'clock in Vietnam


def machine(page, stage):
    """Go through what an owner sees of the machine; yield the name of each stop."""
    signed_up(page, stage, NUMBER)
    backed_up(stage, at=MADE_AT - timedelta(days=2))
    page.goto("/admin")
    yield "late"
    backed_up(stage, at=MADE_AT)
    page.goto("/admin")
    yield "home"
    turn_second_step_on(page, stage)
    page.goto("/admin/account")
    page.locator('form[action*="signout"] .btn').click()
    page.goto("/signin")
    page.locator("#phone").fill(NUMBER)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form .btn").first.click()
    page.wait_for_url("**/signin/code*")
    yield "code"


def backed_up(stage, *, at):
    """Let a backup of a night have been made."""
    with stage.app.app_context(), transaction():
        run = BackupRun(
            actor="system",
            path="/var/lib/quizapp/backups/nightly.tar.gz.age",
            started_at=at,
            ended_at=at + timedelta(seconds=40),
            size=48_000_000,
            digest="0" * 64,
        )
        db.session.add(run)


def turn_second_step_on(page, stage):
    """Turn the owner's second step on, as an authenticator would."""
    page.goto("/admin/account")
    page.get_by_role("button", name="Bật xác thực hai bước").click()
    letters = page.locator("p.secret").inner_text().replace(" ", "")
    page.locator("#code").fill(pyotp.TOTP(letters).at(stage.clock.now()))
    page.locator("main form .btn").first.click()
    page.locator("ol.secret li").first.wait_for()
