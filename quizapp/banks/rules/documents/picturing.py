"""Takes the pictures out of a question's texts: each stands with its stem or its option. Pure."""

from collections.abc import Iterator, Sequence

from quizapp.banks.rules.documents import FIRST_PICTURE, PICTURE, Image, plain_line
from quizapp.banks.rules.documents.found import Found
from quizapp.errors import N_
from quizapp.said import Said, said

LONGEST_ALT = 300


def show_pictures(found: Found, images: Sequence[Image]) -> None:
    """Move pictures from the texts to `found.pictures`; one that is not usable is a doubt.

    Where a file has none, a sign that could stand for one is a letter like any other.
    """
    if not images:
        return
    found.stem = _told(found, "", found.stem, images)
    if found.pictures and not found.stem:
        words = N_("Câu hỏi chỉ có hình. Hãy thêm nội dung câu hỏi bằng chữ.")
        found.doubt("stem", said(words))
    only_pictures = 0
    for choice in found.options:
        if not PICTURE.search(choice.text):
            continue
        text = _told(found, choice.letter, choice.text, images)
        if not text:
            only_pictures += 1
            text = f"Hình {only_pictures}"
        choice.body = [plain_line(line, choice.where) for line in text.split("\n")]
    aside = [*found.explanation, *found.citations]
    if any(map(PICTURE.search, aside)):
        note = said(N_("Hình trong phần giải thích không được giữ lại."))
        found.notes.append(("explanation", note))
    found.explanation = [PICTURE.sub("", text).strip() for text in found.explanation]
    found.citations = [PICTURE.sub("", text).strip() for text in found.citations]


def _told(found: Found, letter: str, text: str, images: Sequence[Image]) -> str:
    """Return the text without its pictures, which are kept as those of the option or the stem."""
    for image in _images(text, images):
        if image.problem:
            found.doubt("pictures", _unusable(letter, image.problem))
            continue
        found.pictures.append(
            {
                "digest": image.digest,
                "option": letter,
                "alt": " ".join(image.alt.split())[:LONGEST_ALT],
                "width": str(image.width),
                "height": str(image.height),
            }
        )
    lines = (" ".join(PICTURE.sub(" ", line).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line) if PICTURE.search(text) else text


def _unusable(letter: str, problem: Said) -> Said:
    if letter:
        text = N_("Phương án {letter} có hình chưa dùng được: {problem}.")
        return said(text, letter=letter, problem=problem)
    return said(N_("Câu hỏi có hình chưa dùng được: {problem}."), problem=problem)


def _images(text: str, images: Sequence[Image]) -> Iterator[Image]:
    for char in PICTURE.findall(text):
        at = ord(char) - FIRST_PICTURE
        if at < len(images):
            yield images[at]
