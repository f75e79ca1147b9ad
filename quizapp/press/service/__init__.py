"""Figures for the press and for units that compete. One name for each use case."""

from quizapp.press.service.desk import (
    PressPage,
    ReportLine,
    ask_files,
    ask_report,
    file_name,
    get_file,
    get_page,
    is_frozen_out,
)
from quizapp.press.service.files import draw_stored, forget_old_files, versions_of
from quizapp.press.service.making import get_body, make_morning, make_report
from quizapp.press.service.mornings import ask_mornings

__all__ = [
    "PressPage",
    "ReportLine",
    "ask_files",
    "ask_mornings",
    "ask_report",
    "draw_stored",
    "file_name",
    "forget_old_files",
    "get_body",
    "get_file",
    "get_page",
    "is_frozen_out",
    "make_morning",
    "make_report",
    "versions_of",
]
