import pytest

from quizapp.banks.rules.provisions import with_provision


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
