"""Backups: making them by hand and every night, reading them, putting one into a new machine."""

from quizapp.backups.service import naming as _naming  # noqa: F401 - registers names for the log
from quizapp.backups.service.code import (
    PUBLIC_FILE,
    first_code,
    public_file,
    read_code,
    renew_code,
    settings,
)
from quizapp.backups.service.facts import DIGESTS_IN_WORDS, Facts
from quizapp.backups.service.making import Made, back_up, told_size, write_backup
from quizapp.backups.service.nightly import (
    Latest,
    Nightly,
    back_up_when_due,
    backup_age_s,
    get_latest,
)
from quizapp.backups.service.restoring import Contents, check_backup, restore

__all__ = [
    "DIGESTS_IN_WORDS",
    "PUBLIC_FILE",
    "Contents",
    "Facts",
    "Latest",
    "Made",
    "Nightly",
    "back_up",
    "back_up_when_due",
    "backup_age_s",
    "check_backup",
    "first_code",
    "get_latest",
    "public_file",
    "read_code",
    "renew_code",
    "restore",
    "settings",
    "told_size",
    "write_backup",
]
