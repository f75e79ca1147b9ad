"""Questions of contestants and answers of organisers. One name for each use case."""

from quizapp.support.models import TicketState
from quizapp.support.service import naming as _naming  # noqa: F401 - registers names for the log
from quizapp.support.service.desk import (
    TicketFile,
    answer,
    close,
    count_waiting,
    get_ticket_file,
)
from quizapp.support.service.tickets import (
    Asker,
    TicketCard,
    ask,
    close_own,
    erase_tickets,
    forget_words_of,
    get_tickets_of,
    get_tickets_of_person,
    has_answer,
)

__all__ = [
    "Asker",
    "TicketCard",
    "TicketFile",
    "TicketState",
    "answer",
    "ask",
    "close",
    "close_own",
    "count_waiting",
    "erase_tickets",
    "forget_words_of",
    "get_ticket_file",
    "get_tickets_of",
    "get_tickets_of_person",
    "has_answer",
]
