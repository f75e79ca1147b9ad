"""Pages that are kept and filled in: everybody's own values, packed or not, and nobody else's."""

import gzip

import pytest

from quizapp.web.skeleton import mark, skeleton
from tests.integration.test_journey import begun, handed_in, joined
from tests.making import contests
from tests.making.contests import NOON

PACKED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def made(parts, name):
    """Return a page of these parts with a value `<name>` between any two."""
    names = [f"v{'abcdefgh'[at]}" for at in range(len(parts) - 1)]
    marks = [*map(mark, names), ""]
    page = "".join(part + here for part, here in zip(parts, marks, strict=True))
    return skeleton(lambda: page, name=name), names


@pytest.mark.parametrize("parts", [["", ""], ["đầu", "cuối"], ["a" * 9_000, "giữa", "b" * 70_000]])
def test_a_page_packed_in_blocks_is_the_page_itself(app, parts):
    with app.test_request_context("/", headers=PACKED):
        kept, names = made(parts, ("thử", len(parts), len(parts[0])))
        values = {name: f"Điều {name} <&>" for name in names}
        response = kept.response(values)
        whole = "".join(
            part + value
            for part, value in zip(
                parts, [f"Điều {name} &lt;&amp;&gt;" for name in names] + [""], strict=True
            )
        )

    assert response.content_encoding == "gzip"
    assert gzip.decompress(response.get_data()).decode() == whole  # checksum and size included


def test_who_takes_no_gzip_gets_the_same_page(client, contest):
    joined(client)
    path = begun(client)

    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    packed = client.get(path, headers=PACKED)

    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert {plain.vary.as_set().pop(), packed.vary.as_set().pop()} == {"accept-encoding"}
    assert plain.headers["Content-Security-Policy"] == packed.headers["Content-Security-Policy"]


def test_a_page_holds_nothing_of_whoever_came_before(new_client, contest):
    own = []
    for number in (8, 9):
        phone = new_client()
        joined(phone, phone=f"091234567{number}")
        path = begun(phone)
        pages = [phone.get(path).text]
        handed_in(phone, path, {1: "A"})
        pages += [phone.get(f"{path}/result").text]
        own.append((path.removeprefix("/a/"), pages))

    for (mine, pages), (other, _) in zip(own, reversed(own), strict=True):
        assert all(mine in page for page in pages[:1])
        assert not any(other in page for page in pages)


def test_each_language_is_kept_by_itself(client, contest):
    joined(client)
    path = begun(client)

    pages = [client.get(f"{path}?lang={spoken}").text for spoken in ("vi", "en", "vi")]

    assert 'lang="en"' in pages[1]
    assert pages[0] == pages[2] != pages[1]
