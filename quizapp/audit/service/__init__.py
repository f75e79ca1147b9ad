"""The audit log: writing to it, checking it, reading it, and naming what it is about."""

from quizapp.audit.service.naming import Named, Namer, kinds_named, name_objects, names_of
from quizapp.audit.service.reading import Line, Wanted, get_lines
from quizapp.audit.service.writing import (
    Entry,
    command_actor,
    get_about,
    get_head,
    has_head,
    record,
    verify_chain,
    verify_in_parts,
)

__all__ = [
    "Entry",
    "Line",
    "Named",
    "Namer",
    "Wanted",
    "command_actor",
    "get_about",
    "get_head",
    "get_lines",
    "has_head",
    "kinds_named",
    "name_objects",
    "names_of",
    "record",
    "verify_chain",
    "verify_in_parts",
]
