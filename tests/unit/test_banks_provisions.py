import pytest

from quizapp.banks.rules.provisions import Provision, provision_of, with_provision


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "điểm b khoản 1 Điều 20 Bộ luật Lao động số 45/2019/QH14",
            {"law": "45/2019/QH14", "article": "20", "clause": "1", "point": "b"},
        ),
        (
            "Khoản 2 Điều 8a Luật số 50/2024/QH15",
            {"law": "50/2024/QH15", "article": "8a", "clause": "2"},
        ),
        ("Điều 3 Bộ luật Lao động năm 2019", {"article": "3"}),
        ("Quy định số 21-QĐ/TW ngày 11/4/2026", {"law": "21-QĐ/TW"}),
        ("Quyết định 61/QĐ-TLĐ", {"law": "61/QĐ-TLĐ"}),
        ("điểm đ khoản 3 Điều 4", {"article": "4", "clause": "3", "point": "đ"}),
        ("Nghị định 145/2020/NĐ-CP", {"law": "145/2020/NĐ-CP"}),
        ("Sổ tay công đoàn, trang 12", {}),
        ("khoản 1 Điều 20 và khoản 2 Điều 21", {}),  # two provisions: neither is taken
    ],
)
def test_the_words_of_a_citation_name_its_provision(text, parts):
    assert with_provision({"text": text}) == {"text": text, **parts}


def test_a_citation_that_tells_its_parts_stays():
    told = {"text": "khoản 1 Điều 20", "law": "45/2019/QH14", "article": "21"}

    assert with_provision(told) == told


@pytest.mark.parametrize(
    ("citation", "parts"),
    [
        ({"text": "khoản 1 Điều 20 Bộ luật Lao động năm 2019"}, ("45/2019/QH14", "20", "1", None)),
        ({"text": "Điều 5, Luật Công đoàn 2024"}, ("50/2024/QH15", "5", None, None)),
        ({"text": "Luật An toàn, vệ sinh lao động năm 2015"}, ("84/2015/QH13", None, None, None)),
        ({"text": "Điều 5 Bộ luật Lao động"}, (None, "5", None, None)),  # which of three?
        ({"text": "Luật Công đoàn 2012 và Luật Công đoàn 2024"}, None),
        ({"text": "Luật Công đoàn 1990"}, None),
        ({"text": "Sổ tay công đoàn, trang 12"}, None),
        (
            {"law": "45/2019/QH14", "text": "khoản 1 Điều 3", "article": "3", "point": None},
            ("45/2019/QH14", "3", None, None),
        ),
    ],
)
def test_a_citation_is_looked_up_by_the_place_it_names(citation, parts):
    found = provision_of(citation)

    assert found == (
        parts and Provision(law=parts[0], article=parts[1], clause=parts[2], point=parts[3])
    )
