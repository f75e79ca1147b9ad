"""The reference data is what the product itself would have made, and its own check says so."""

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update

from quizapp.db import db, transaction
from quizapp.results.service import verify_contest
from quizapp.standings.models import Standing
from quizapp.units import service as units
from quizapp.units.models import Unit
from tests import databases
from tests.load.passes import passes_after
from tests.load.people import SLUG
from tests.load.reference.building import a_folder, build
from tests.load.reference.tree import SINCE
from tests.load.scratch import opened

ASKED = {"people": 40, "attempts": 90, "upper": 2, "grassroots": 4, "questions": 60}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_made_results_stand_as_the_product_recounts_them(engine):
    if engine == "postgresql":
        databases.require_postgresql()
    asked = SimpleNamespace(**ASKED, database=engine, processes=2, verify=True)

    with a_folder(None, keep=False) as folder:
        _, found = build(asked, folder)
        with (again := opened(folder)).app.app_context():
            mine = select(func.count(Unit.id)).where(Unit.code.like("TT%"))
            grown = db.session.scalar(mine)
            faults = units.check_tree(on=SINCE).faults
            db.session.rollback()
            passed = passes_after([1, 2])
            agreed = verify_contest(SLUG).problems
            db.session.rollback()
            with transaction():
                db.session.execute(update(Standing).values(points_milli=1))
            broken = verify_contest(SLUG).problems
            db.session.remove()
            db.engine.dispose()

    assert found["problems"] == []
    assert found["verified_attempts"] == 90
    assert (again.attempts, again.callers) == (90, 40)
    assert grown == 6
    assert faults == ()
    assert [one["results"] for one in passed] == [1, 2]
    assert agreed == []
    assert broken  # the check is one that can fail
    assert not folder.exists()
