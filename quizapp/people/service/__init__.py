"""What people do: join a contest, come back, organise. One name for each use case."""

from quizapp.people.models import PersonState, Role
from quizapp.people.service.cards import GrantCard, OrganiserCard, PersonCard, SessionCard
from quizapp.people.service.contestants import (
    Entry,
    check_entry,
    enter_contest,
    find_person,
    find_person_by_phone,
    get_person_cards,
    open_phone,
    return_by_pin,
)
from quizapp.people.service.organisers import (
    AddedOrganiser,
    LinkCard,
    NewOrganiser,
    NewPassword,
    add_organiser,
    get_link_owner,
    has_organiser,
    make_reset_link,
    prepare_password,
    set_password,
)
from quizapp.people.service.sealing import check_keys
from quizapp.people.service.sessions import (
    PasswordCheck,
    check_sign_in,
    end_all_sessions,
    end_session,
    find_signed_in,
    get_sessions,
    note_seen,
    sign_in,
)
from quizapp.people.service.tries import forget_old_failures

__all__ = [
    "AddedOrganiser",
    "Entry",
    "GrantCard",
    "LinkCard",
    "NewOrganiser",
    "NewPassword",
    "OrganiserCard",
    "PasswordCheck",
    "PersonCard",
    "PersonState",
    "Role",
    "SessionCard",
    "add_organiser",
    "check_entry",
    "check_keys",
    "check_sign_in",
    "end_all_sessions",
    "end_session",
    "enter_contest",
    "find_person",
    "find_person_by_phone",
    "find_signed_in",
    "forget_old_failures",
    "get_link_owner",
    "get_person_cards",
    "get_sessions",
    "has_organiser",
    "make_reset_link",
    "note_seen",
    "open_phone",
    "prepare_password",
    "return_by_pin",
    "set_password",
    "sign_in",
]
