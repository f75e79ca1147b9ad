"""What holds for every page of contestants and for every file that is taken along."""

import html
import re

import pytest

from tests.integration.test_every_route import CONTESTANT, PUBLIC, routes, scene

__all__ = ["scene"]
# Pages that no contestant opens: a hall's screen, and the way in for organisers.
OF_OTHERS = re.compile(r"events\.|people_admin\.|health\.|metrics\.|static")
LINK = re.compile(r'href="(/help[^"]*)"[^>]*>Cần giúp\?')


HELP = "support.need_help"  # leads to itself by its form
# Each file that somebody takes along, and who it is for. The rows of those for spreadsheets are
# written in one place, where no cell becomes a formula: tests/unit/test_web_sheets.py. What jobs
# and mornings have made is sent by `people_jobs.file` and `press_admin.file`: nothing is made here.
FILES = {
    ("banks_admin.template", "organiser"),
    ("contests.document", "stranger"),
    ("privacy.export_file", "contestant"),
}


@pytest.mark.parametrize("who", ["stranger", "contestant"])
def test_every_page_of_a_contestant_leads_to_help(scene, who):
    """Also a page that refuses: there help is needed most."""
    client, without, places = scene.actors[who], [], set()
    for rule, _ in routes(scene.app, {"GET"}):
        if rule.endpoint not in PUBLIC | CONTESTANT or OF_OTHERS.match(rule.endpoint):
            continue
        answer = client.get(scene.path(rule))
        if answer.mimetype != "text/html" or answer.status_code in {302, 303}:
            continue
        link = LINK.search(answer.text)
        if link is None:
            without.append(rule.endpoint)
        else:
            places.add(html.unescape(link[1]))

    assert without == [HELP]
    assert {client.get(place).status_code for place in places} == {200}


def test_a_new_file_to_take_along_is_named_here(scene):
    found = set()
    for rule, _ in routes(scene.app, {"GET"}):
        for who in ("stranger", "contestant", "organiser"):
            answer = scene.actors[who].get(scene.path(rule))
            if answer.headers.get("Content-Disposition", "").startswith("attachment"):
                found.add((rule.endpoint, who))
                break  # the first of them has it, the others too or not

    assert found == FILES
