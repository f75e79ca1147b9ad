"""The fault programme, small: nothing acknowledged is lost, and a wrong product is caught."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from quizapp.config import ROOT
from tests.faults.cluster import NoServer, find_programs
from tests.faults.disk import NoCompiler, find_compiler
from tests.faults.ledger import Kind, Ledger, Paper, Row, judge, summary
from tests.faults.options import FAULTS_OF

PATIENCE = 480  # seconds for one run on a busy machine
KINDS = [str(kind) for kind in Kind]
SHEET, OTHER = "ABCD" * 5, "DCBA" * 5
PHONE = "0910000001"


def faults(engine, *arguments):
    """Run the programme; return its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--database", engine, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def require(engine, *, control=None):
    """Skip at home what this machine has no programs for; in CI that is a failure."""
    try:
        if engine == "postgresql":
            find_programs()
        elif control in {None, "no-sync"}:
            find_compiler()
    except (NoServer, NoCompiler) as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.mark.parametrize("engine", sorted(FAULTS_OF))
def test_nothing_acknowledged_is_lost_wrong_or_twice_whatever_is_hit(engine):
    require(engine)

    code, found = faults(
        *(engine, "--seconds", "8", "--writes", "100", "--every", "1"),
        *("--share", "0.05", "--clients", "4"),
    )

    assert {kind: found[kind] for kind in KINDS} == dict.fromkeys(KINDS, 0), found["examples"]
    assert found["unclear"] == {}, found
    assert found["is_clean"], found
    assert code == 0
    assert found["acknowledged"]["all"] >= 100
    assert len(found["faults"]) >= 5, found["faults"]


@pytest.mark.parametrize(
    ("control", "engine", "fault"),
    [
        ("early-ack", "sqlite", "kill-web"),
        ("no-sync", "sqlite", "power-cut"),
        ("async-commit", "postgresql", "kill-postmaster"),
    ],
)
def test_a_product_that_acknowledges_too_early_is_caught(control, engine, fault):
    require(engine, control=control)

    code, found = faults(
        *(engine, "--control", control, "--faults", fault),
        # A process that was killed must have come up again before the next one is.
        *("--seconds", "6", "--writes", "100", "--every", "2"),
    )

    assert code == 1
    assert found["lost"] >= 1, found


@pytest.fixture
def paper():
    """A paper that was saved and handed in as it was acknowledged; `row` is how it is stored."""
    known = Paper("tờ-giấy", sheets={3: OTHER}, handed_in=(SHEET, 120), accepted_ms=1_000)
    known.saved(3)
    known.receipts.add("AAAA-BBBB-CCCC")
    return known


ROW = Row(
    public_id="tờ-giấy",
    phone=PHONE,
    number=1,
    number_limit=2,
    state="submitted",
    last_op=3,
    answers=SHEET,
    prediction=120,
    receipt="AAAA-BBBB-CCCC",
    deadline_ms=2_000,
    events=1,
)
RUNNING = replace(ROW, state="running", answers=OTHER, prediction=None, receipt=None, events=0)


def kinds(findings):
    return [str(kind) for kind, _ in findings]


def test_a_row_as_it_was_acknowledged_is_found_right(paper):
    assert judge(paper, ROW) == []


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (None, "lost"),
        (replace(ROW, last_op=2), "lost"),
        (RUNNING, "lost"),
        (replace(ROW, events=0), "lost"),
        (replace(ROW, answers=OTHER), "wrong"),
        (replace(ROW, prediction=121), "wrong"),
        (replace(ROW, receipt="AAAA-BBBB-CCCD"), "wrong"),
        (replace(ROW, events=2), "twice"),
        (replace(ROW, last_op=4), "phantom"),
    ],
)
def test_a_row_that_differs_from_what_was_acknowledged_is_found(paper, row, kind):
    assert kind in kinds(judge(paper, row))


def test_what_was_sent_and_never_answered_may_stand_or_not():
    paper = Paper("tờ-giấy", sheets={3: OTHER, 5: SHEET}, handed_in=(SHEET, 120))
    paper.saved(3)

    assert judge(paper, RUNNING) == []
    assert judge(paper, replace(RUNNING, last_op=5, answers=SHEET)) == []
    assert judge(paper, ROW) == []
    assert kinds(judge(paper, replace(RUNNING, last_op=5))) == ["wrong"]


def test_a_paper_that_ran_out_keeps_what_was_saved(paper):
    row = replace(RUNNING, state="expired", events=1, deadline_ms=900)

    assert judge(paper, row) == []
    assert kinds(judge(paper, replace(row, answers=SHEET))) == ["wrong"]


def test_a_result_nobody_asked_for_is_found():
    assert kinds(judge(Paper("tờ-giấy", sheets={3: OTHER}), ROW)) == ["phantom"]


def test_people_and_papers_that_are_too_many_or_missing_are_found():
    ledger = Ledger()
    known = ledger.participant(PHONE)
    known.is_joined = True
    ledger.participant("0910000002").is_joined = True

    findings = ledger.balance([PHONE, PHONE, "0999999999"], [replace(RUNNING, last_op=0)])

    assert sorted(kinds(findings)) == ["lost", "phantom", "twice", "twice"]
    assert summary(findings)["lost"] == 1


def test_a_start_that_was_never_answered_may_have_made_one_paper():
    ledger = Ledger()
    ledger.participant(PHONE).doubtful_starts = 1
    rows = [replace(RUNNING, last_op=0), replace(RUNNING, last_op=0, public_id="tờ-khác", number=2)]

    assert ledger.balance([PHONE], rows[:1]) == []
    assert kinds(ledger.balance([PHONE], rows)) == ["twice"]
    assert kinds(ledger.balance([PHONE], [replace(rows[0], number=3)])) == ["twice"]
