"""What stood in a file stays at hand also where it is wrong: people mend it on a page."""

from quizapp.banks.reading import read_bank

TYPED = """Câu 1: Tuổi tối thiểu?
A. 14
B. 15
Đáp án: B

Câu 2: Không rõ đáp án?
A. Có
B. Không
"""


def test_a_question_with_an_error_is_kept_as_it_stood_in_the_file():
    found = read_bank(TYPED.encode())

    assert [draft.number for draft in found.drafts] == [1]
    assert [(raw.number, raw.stem, dict(raw.options), raw.answer) for raw in found.raws] == [
        (1, "Tuổi tối thiểu?", {"A": "14", "B": "15"}, "B"),
        (2, "Không rõ đáp án?", {"A": "Có", "B": "Không"}, ""),
    ]
    assert "answer" in found.raws[1].doubts or found.errors[0].question == 2
