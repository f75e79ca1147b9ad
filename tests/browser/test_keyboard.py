"""A contest without a touch screen, a mouse, or colours of its own."""

from playwright.sync_api import expect

from tests.browser.stage import OPEN
from tests.browser.walking import NAME, PIN, begin, go_to, tap

MOST_STOPS = 60
# The focus is outlined (an option's on the box around it), on the screen, with nothing over it.
IS_SEEN = """() => {
  const it = document.activeElement.closest(".pick") || document.activeElement;
  const box = it.getBoundingClientRect(), middle = (box.left + box.right) / 2;
  const isOnTop = y => it.contains(document.elementFromPoint(middle, y));
  return parseFloat(getComputedStyle(it).outlineWidth) >= 2
    && isOnTop(box.top + 2) && isOnTop(box.bottom - 2) }"""


def reach(page, target):
    """Press Tab until `target` has the focus; whatever has it on the way is seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(IS_SEEN), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached by the keyboard")


def press(page, target, key="Enter"):
    reach(page, target)
    page.keyboard.press(key)


def write(page, target, text):
    reach(page, target)
    page.keyboard.type(text)


def button(page, name):
    return page.get_by_role("button", name=name)


def test_a_whole_contest_is_taken_with_the_keyboard_alone(page, new_number):
    page.goto(f"/c/{OPEN}")
    press(page, page.get_by_role("link", name="Vào thi"))
    page.wait_for_url("**/join")
    write(page, page.locator("#name"), NAME)
    write(page, page.locator("#phone"), new_number())
    write(page, page.locator("#unit_text"), "Công ty May 10")
    write(page, page.locator("#pin"), PIN)
    press(page, page.locator("#consent_take_part"), "Space")
    press(page, button(page, "Ghi danh"))
    page.wait_for_url("**/rounds/*")
    press(page, button(page, "Bắt đầu làm bài"))
    page.wait_for_url("**/a/*")

    for position in range(1, 21):
        press(page, page.locator(f"#c{position} input").first, "Space")
        page.keyboard.press("ArrowDown")
        expect(page.locator(f"#c{position} input").nth(1)).to_be_checked()
        press(page, button(page, "Câu sau"))
        expect(page.locator(f"#c{position + 1}")).to_be_focused()
    write(page, page.locator("#prediction"), "1250")
    press(page, button(page, "Xem lại và nộp"))
    expect(page.locator("#sure-yes")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#review")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    page.wait_for_url("**/result*")
    expect(page.get_by_text("20/20 câu", exact=True)).to_be_visible()


def test_without_colours_the_question_at_hand_and_the_answered_ones_are_told_apart(
    page, new_number
):
    page.emulate_media(forced_colors="active")
    begin(page, new_number())
    tap(page, "A")
    go_to(page, 2)

    outline = "it => { const style = getComputedStyle(it); return style.outline }"
    boxes = page.locator("#grid button")
    answered, current, other = (boxes.nth(at).evaluate(outline) for at in range(3))

    assert len({answered, current, other}) == 3
    chosen, left = (
        page.locator("#c1 .pick").nth(at).evaluate(f"it => ({outline})(it)") for at in range(2)
    )
    assert chosen != left


def test_who_is_not_meant_is_forgotten_on_this_phone(page, new_number):
    begin(page, new_number())
    page.goto(f"/c/{OPEN}/rounds/1")
    expect(page.get_by_text(f"Chào {NAME}.")).to_be_visible()

    page.get_by_role("button", name="Không phải tôi: máy này quên tên này").press("Enter")

    page.wait_for_url("**/join*")
    expect(page.locator("#name")).to_have_value("")
    page.goto(f"/c/{OPEN}/rounds/1")
    page.wait_for_url("**/join*")
