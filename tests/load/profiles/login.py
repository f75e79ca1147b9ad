"""A storm of people who come back: contestants by PIN, organisers by password."""

from itertools import cycle

import click

from quizapp import clock
from quizapp.db import db, transaction
from quizapp.people import service as people
from quizapp.people.service import NewOrganiser, Role
from quizapp.units import service as units
from tests.load.opened import Due
from tests.load.papers import Drawing, write_people
from tests.load.people import SLUG, expected, token_in
from tests.load.profile import Profile
from tests.making.units import ROOT_CODE

PASSWORD = "con duong gom su 1987"
EVERY = 10  # of so many who come one is an organiser
AT_ONCE = 1000


def returns(person):
    """Come back on another phone: the form, then phone and PIN."""
    page = yield person.ask("return_page", "GET", f"/return?contest={SLUG}")
    person.keep_cookies(expected(page, 200))
    fields = {"contest": SLUG, "phone": person.phone, "pin": person.pin}
    expected((yield person.form("return", "/return", fields | token_in(page))), 303)


def signs_in(person):
    """Sign in as an organiser: the form, then phone and password."""
    page = yield person.ask("signin_page", "GET", "/signin")
    person.keep_cookies(expected(page, 200))
    fields = {"phone": person.phone, "password": PASSWORD}
    expected((yield person.form("signin", "/signin", fields | token_in(page))), 303)


def timeline(load):
    """Return people who joined earlier and organisers, one organiser in so many."""
    options = load.options
    count = options.rate * options.seconds
    contestants, organisers = load.people(options.people), load.people(options.organisers)
    _write(load.base, contestants, organisers)
    return _coming(cycle(contestants), cycle(organisers), count=count, rate=options.rate)


def _coming(contestants, organisers, *, count, rate):
    for index in range(count):
        is_organiser = index % EVERY == EVERY - 1
        person = next(organisers if is_organiser else contestants)
        person.cookies.clear()  # nobody knows them on the phone they come back with
        script = signs_in(person) if is_organiser else returns(person)
        yield Due(at=index / rate, script=script, owner=person.phone)


def _write(base, contestants, organisers):
    with base.app.app_context():
        drawing = Drawing.of_round()
        root = units.find_unit(ROOT_CODE)
        db.session.rollback()
        for start in range(0, len(contestants), AT_ONCE):
            with transaction():
                write_people(drawing, contestants[start : start + AT_ONCE])
        for person in organisers:
            _organiser(person, root)
        db.session.remove()
        db.engine.dispose()


def _organiser(person, root):
    new = NewOrganiser(phone=person.phone, name=person.name, unit_id=root.id, role=Role.VIEWER)
    with transaction():
        added = people.add_organiser(new, actor="command:load", at=clock.now())
    chosen = people.prepare_password(added.link.token, PASSWORD, at=clock.now())
    with transaction():
        people.set_password(chosen, user_agent="load", at=clock.now())


ORGANISERS = click.option(
    "--organisers", type=click.IntRange(1, 1000), default=20, show_default=True
)
PROFILE = Profile(
    name="login",
    of="sign-in",
    promise="A storm of returns by PIN, every tenth an organiser by password; two requests each.",
    timeline=timeline,
    defaults={"rate": 50, "seconds": 30, "people": 1000, "clients": 64, "saves": 0}
    | {"questions": 500},
    options=(ORGANISERS,),
)
