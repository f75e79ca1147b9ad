"""People's rights over their data, and how long data are kept. One name for each use case."""

from quizapp.privacy.rules import Field, Kind, State, Urgency
from quizapp.privacy.service import naming as _naming  # noqa: F401 - registers names for the log
from quizapp.privacy.service import warning as _warning  # noqa: F401 - registers a duty of the home
from quizapp.privacy.service.asking import (
    ask_correction,
    erase_own,
    hide_name,
    open_export,
    show_name,
    stop_taking_part,
)
from quizapp.privacy.service.desk import RequestFile, Wish, accept, get_request_file, refuse
from quizapp.privacy.service.exporting import Export, get_export
from quizapp.privacy.service.keeping import (
    do_retention,
    forget_left_wishes,
    forget_old_marks,
    get_kept_until,
)
from quizapp.privacy.service.own import OwnFile, get_own_file
from quizapp.privacy.service.requests import RequestCard

__all__ = [
    "Export",
    "Field",
    "Kind",
    "OwnFile",
    "RequestCard",
    "RequestFile",
    "State",
    "Urgency",
    "Wish",
    "accept",
    "ask_correction",
    "do_retention",
    "erase_own",
    "forget_left_wishes",
    "forget_old_marks",
    "get_export",
    "get_kept_until",
    "get_own_file",
    "get_request_file",
    "hide_name",
    "open_export",
    "refuse",
    "show_name",
    "stop_taking_part",
]
