"""A form that is sent by GET drops what its address asks for: the language has to be a field."""

import re

import pytest

from quizapp.config import ROOT

FORM = re.compile(r"<form\b[^>]*>\s*(?P<first>\{\{ language_field\(\) \}\})?")
TEMPLATES = sorted((ROOT / "quizapp").rglob("templates/**/*.html"))


def forms_by_get(text):
    return [one for one in FORM.finditer(text) if 'method="post"' not in one[0]]


@pytest.mark.parametrize(
    "template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "quizapp"))
)
def test_a_form_that_asks_by_get_keeps_the_language(template):
    assert all(one["first"] for one in forms_by_get(template.read_text("utf-8")))


def test_there_are_such_forms():
    assert sum(len(forms_by_get(one.read_text("utf-8"))) for one in TEMPLATES) >= 6
