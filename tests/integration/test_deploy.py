"""systemd's own word on the units of `deploy/systemd`."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.deployed.manager import INSTALLED, UNITS

MOST_EXPOSED = 20  # tenths, of 100: what systemd calls "OK" ends at 49


@pytest.fixture
def units(tmp_path):
    """The unit files in a folder, with a program that is there."""
    if shutil.which("systemd-analyze") is None:
        message = "systemd-analyze is not here; on Debian: apt-get install systemd"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    for path in UNITS.iterdir():
        text = path.read_text("utf-8")
        text = text.replace(f"{INSTALLED}/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text, "utf-8")
    return tmp_path


def analyze(*arguments):
    done = subprocess.run(
        ["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_systemd_takes_every_unit(units):
    names = [
        "quizapp.target",
        "quizapp-metrics.socket",
        "quizapp-web@1.service",
        "quizapp-worker.service",
    ]

    # `man:` and `file:` are not looked at where no documentation is installed.
    assert analyze("verify", "--man=no", *(units / name for name in names)) == (0, "")


@pytest.mark.parametrize("name", ["quizapp-web@.service", "quizapp-worker.service"])
def test_a_service_can_do_little_to_its_machine(units, name):
    code, said = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", units / name)

    assert code == 0, said.splitlines()[-1]
