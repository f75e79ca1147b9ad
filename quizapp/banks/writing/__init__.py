"""Published questions as files that the readers read back, one writer per format."""

from collections.abc import Callable, Mapping, Sequence

from quizapp.banks.rules import Content
from quizapp.banks.writing import canonical_yaml, excel

# Format → a function of the questions, keyword-only: the bank's code, its title, version number.
WRITERS: Mapping[str, Callable[..., bytes]] = {
    "yaml": canonical_yaml.write,
    "xlsx": excel.write,
}


def write_bank(
    questions: Sequence[Content], form: str, *, code: str, title: str, number: int
) -> bytes:
    """Return the questions as a file of one of the WRITERS' formats."""
    return WRITERS[form](questions, code=code, title=title, number=number)
