"""`python -m tests.deployed`: follow the guide for installing on a clean Debian, word for word.

Needs root, debootstrap and systemd-container, and the ports 80, 443, 8000 and 8081 of this machine.
Prints one JSON object: what each section took, and what twenty restarts, an upgrade, a version that
does not start, going back and a reboot did to people who took part meanwhile.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import click

from quizapp.app import create_app
from quizapp.config import ROOT, Settings
from tests.deployed.crowd import crowd, wait_for
from tests.deployed.debian import NotBooted, booted, clean, copied
from tests.deployed.guide import blocks
from tests.faults.check import stored
from tests.faults.ledger import Kind, Ledger, summary
from tests.load.people import SLUG

REPOSITORY = "https://git.example.vn/quizapp.git"
WITHIN = "/srv/quizapp.git"
PLAIN = "127.0.0.1:8081"  # for the crowd, whose phones speak no TLS
UNIT = "P_HA_NOI"
ANSWERS = 20  # between two restarts
MOST = 10  # contestants at a time: their phone numbers have room for a hundred in all
# Sections of the guide.
HTTPS, LAST_OF_INSTALLING, RESTART, UPGRADE, BACK = 3, 5, 6, 7, 8
CODE = re.compile(r"AGE-SECRET-KEY-1\w+")
# In the place of an authority: a certificate that somebody brings.
SIGNED = """
cp -r /etc/quizapp/tls /root/signed
/opt/quizapp/current/deploy/certificate.sh /root/signed
"""
TRIAL = '''"""A table of a version to come."""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{head}"
branch_labels = depends_on = None


def upgrade():
    op.create_table("trial", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("trial")
'''
CONTEST = f"""
quizapp banks import /opt/quizapp/current/question_banks/*.yaml --bank thu --publish
quizapp contests create --preset union_weekly_20x20 --bank thu --slug {SLUG} --title "Thử" \\
    --opens "$(TZ=Asia/Ho_Chi_Minh date -d '-1 hour' '+%F %H:%M')" \\
    --closes "$(TZ=Asia/Ho_Chi_Minh date -d '+1 day' '+%F %H:%M')"
sed -i 's/^QUIZAPP_TRUSTED_HOSTS=.*/&,127.0.0.1/' /etc/quizapp/quizapp.env
sed -i 's/rate=30r/rate=90r/' /etc/nginx/conf.d/quizapp-http.conf
echo 'server {{ listen {PLAIN}; include snippets/quizapp-server.conf; }}' \\
    >/etc/nginx/conf.d/crowd.conf
systemctl reload nginx
"""


@click.command()
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--times", type=click.IntRange(1), default=20, show_default=True, help="Restarts.")
@click.option("--contestants", type=click.IntRange(1, MOST), default=3, show_default=True)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(tempfile.gettempdir()) / "quizapp-debian",
    show_default=True,
    help="Where the clean Debian is kept for the next time.",
)
def main(lang, times, contestants, folder):
    """Install on a clean machine and do to it all that the guide tells."""
    folder.mkdir(parents=True, exist_ok=True)
    tree = clean(folder)
    own = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
    try:
        root = copied(tree, own)
        repository(root / WITHIN.lstrip("/"))
        found = follow(root, own / "boot.log", lang, times=times, contestants=contestants)
    finally:
        shutil.rmtree(own, ignore_errors=True)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    sys.exit(0 if found["is_clean"] else 1)


def repository(bare):
    """Make a repository with this revision as v1, one with another table as v2, one that cannot
    start as v3."""
    work = bare.parent / "work"
    git(ROOT, "clone", "--quiet", "--shared", str(ROOT), str(work))
    git(work, "tag", "v1")
    newest = max(path.stem for path in (work / "migrations" / "versions").glob("0*.py"))
    trial = TRIAL.format(head=newest.partition("_")[0])
    (work / "migrations" / "versions" / "9000_trial.py").write_text(trial, "utf-8")
    commit(work, "v2")
    (work / "gunicorn.conf.py").write_text("raise SystemExit('v3')\n", "utf-8")
    commit(work, "v3")
    git(ROOT, "clone", "--quiet", "--bare", "--no-local", str(work), str(bare))
    shutil.rmtree(work)


def git(folder, *arguments):
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)


def commit(work, tag):
    author = ("-c", "user.name=Trial", "-c", "user.email=trial@example.vn")
    git(work, "add", "--all")
    git(work, *author, "commit", "--quiet", "--message", tag)
    git(work, "tag", tag)


def follow(root, log, lang, *, times, contestants):
    """Do in a machine what the guide says; return the figures."""
    with booted(root, log) as machine:
        trial = Trial(machine, lang, contestants)
        trial.install()
        trial.restart(times)
        trial.change_versions()
        trial.look_after()
    with booted(root, log) as machine:
        trial.told["after a reboot"] = machine.run(trial.block(10).splitlines()[-1])[1]
    return trial.told | trial.balance(root) | {"is_clean": trial.is_clean(root, times)}


class Trial:
    """The guide, and what came of it: `told` has the figures."""

    def __init__(self, machine, lang, contestants):
        self._machine, self._contestants = machine, contestants
        self._blocks = blocks(lang)
        self._ledger, self._code, self._crowds = Ledger(), "", 0
        self.told = {"seconds": {}, "acts": {}}

    def block(self, section):
        return next(commands for at, _, commands in self._blocks if at == section)

    def install(self):
        """Run all until people can take part; open a contest for the crowd."""
        for section, kind, commands in self._blocks:
            if section <= LAST_OF_INSTALLING:
                self._run(section, kind, commands)
        known = sum(self.told["seconds"][section] for section in range(1, HTTPS + 1))
        self.told["minutes to https"] = round(known / 60, 1)
        self._machine.run(CONTEST)
        self._machine.run(self.block(RESTART))

    def restart(self, times):
        with self._people(f"{times} restarts") as there:
            for _ in range(times):
                wait_for(there, ANSWERS)
                self._machine.run(self.block(RESTART))

    def change_versions(self):
        """Upgrade with a migration; then to what does not start, back from it, and back."""
        for name, commands, code in (
            ("upgrade with a migration", self._upgrade("v2"), 0),
            ("a version that does not start", self._upgrade("v3"), 1),
            ("back from it", self.block(BACK), 0),
            ("back over the migration", f"{self.block(BACK)} v1", 0),
        ):
            with self._people(name) as there:
                wait_for(there, ANSWERS)
                ended, said = self._machine.run(commands, check=False)
                self._keep_code(said)
                wait_for(there, ANSWERS)
            self.told["acts"][name] |= {"said": said.splitlines()[-1]}
            if ended != code:
                raise NotBooted(f"{name} ended with {ended}: {said[-3000:]}")

    def _upgrade(self, version):
        return self.block(UPGRADE).replace("v2", version)

    def look_after(self):
        """Run the rest of the guide: a copy, restoring it, what one looks at."""
        for section, kind, commands in self._blocks:
            if section > BACK:
                self._run(section, kind, commands)
        # What a person has changed is still there after an upgrade and the ways back.
        self._machine.run("grep -q rate=90r /etc/nginx/conf.d/quizapp-http.conf")
        said = self._machine.run(
            "systemd-analyze security --no-pager quizapp-web@1 quizapp-worker | tail -1"
        )[1]
        self.told["exposure"] = said.strip()

    def balance(self, root):
        """Return what was acknowledged and what the database says otherwise."""
        instance = root / "var/lib/quizapp"
        url = f"sqlite:///{instance}/quizapp.sqlite3"
        app = create_app(Settings(instance=instance, database_url=url))
        findings = self._ledger.balance(*stored(app))
        return {"acknowledged": self._ledger.acknowledged()} | summary(findings)

    def is_clean(self, root, times):
        found = self.balance(root)
        is_kept = not any(found[kind] for kind in map(str, Kind))
        return is_kept and not self.told["acts"][f"{times} restarts"]["failed"]

    def _keep_code(self, said):
        """Keep the recovery code where it was shown: the first time only."""
        if found := CODE.search(said):
            self._code = found[0] + "\n"

    @contextmanager
    def _people(self, act):
        self._crowds += 1
        first = self._crowds * MOST
        places = range(first, first + self._contestants)
        with crowd(PLAIN, places=places, ledger=self._ledger, unit=UNIT) as there:
            yield there
        self.told["acts"][act] = {"answered": there.answered(), "failed": there.failed()}
        click.echo(f"{act}: {self.told['acts'][act]}", err=True)

    def _run(self, section, kind, commands):
        """Run one block; what needs the world outside is done with what is at hand."""
        began = time.monotonic()
        commands = SIGNED if kind == "certbot" else commands.replace(REPOSITORY, WITHIN)
        said = self._machine.run(commands, told=self._code if kind == "restore" else "")[1]
        self._keep_code(said)
        click.echo(f"{section}. {kind}", err=True)
        spent = self.told["seconds"].get(section, 0) + time.monotonic() - began
        self.told["seconds"][section] = round(spent, 1)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
