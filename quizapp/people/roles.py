"""What an organiser may be in the subtree of a unit."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    ORGANISER = "organiser"
    QUESTION_WRITER = "question_writer"
    HELP_DESK = "help_desk"
    AUDITOR = "auditor"
    VIEWER = "viewer"
