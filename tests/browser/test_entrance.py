"""From the QR code to the paper in a break: little to tap, little to type, nothing twice."""

from playwright.sync_api import expect

from tests.browser.entrance import by_link_again, by_link_of_a_unit, by_picking_the_unit
from tests.browser.stage import OPEN

# Name, number and PIN; agree, join, start. Whoever adds one of either answers for it here.
TAPS, FIELDS = 3, 3


def test_a_units_link_leads_to_the_paper_by_three_fields_and_three_taps(page, stage, new_number):
    hand = by_link_of_a_unit(page, OPEN, new_number())

    assert (hand.taps, hand.fields) == (TAPS, FIELDS)
    assert stage.attempt(page).unit_declared_id is not None


def test_who_finds_the_unit_types_a_piece_of_its_name_and_taps_it(page, stage, new_number):
    hand = by_picking_the_unit(page, OPEN, new_number())

    assert (hand.taps, hand.fields) == (TAPS + 1, FIELDS + 1)
    assert stage.attempt(page).unit_declared_id is not None


def test_the_link_opened_again_asks_nothing_twice(page, new_number):
    by_link_of_a_unit(page, OPEN, new_number())
    paper = page.url

    hand = by_link_again(page, OPEN, None)

    assert (hand.taps, hand.fields) == (1, 0)
    expect(page).to_have_url(paper)
