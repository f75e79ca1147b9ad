"""The pictures of an Office file: found by their links, decoded once each, never fetched."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quizapp.banks.reading.archive import Packed
from quizapp.banks.reading.pictures import BadPicture, Checked, checked
from quizapp.banks.rules import PictureFile, Raw
from quizapp.banks.rules.documents import FIRST_PICTURE, MOST_PICTURES, Image
from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Said, said

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
V = "{urn:schemas-microsoft-com:vml}"
OFFICE = "{urn:schemas-microsoft-com:office:office}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
LINK = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
PER_PIXEL = 9525  # English metric units at 96 dots an inch
WIDEST = 640
LINKED = said(N_("hình chỉ là đường dẫn ra ngoài tệp; hãy dán chính hình đó vào tệp"))
TOO_MANY = said(N_("tệp có hơn {most} hình; hãy chia tệp"), most=MOST_PICTURES)
# Names that Word itself gives say nothing to who cannot see.
NO_ALT = ("picture", "image", "hình ảnh", "shape", "ảnh")


@dataclass(slots=True)
class Pictures:
    """The pictures of a document in the order of its text."""

    packed: Packed
    targets: dict[str, str] = field(default_factory=dict)
    images: list[Image] = field(default_factory=list)
    files: dict[str, PictureFile] = field(default_factory=dict)
    _known: dict[str, Checked | Said] = field(default_factory=dict)

    @classmethod
    def of(cls, packed: Packed, links: Element | None) -> "Pictures":
        """Return the pictures that the links of a document name; none are unpacked yet."""
        pictures = cls(packed=packed)
        for link in () if links is None else links.iter(LINK):
            inside = link.get("TargetMode", "") != "External"
            pictures.targets[link.get("Id", "")] = link.get("Target", "") if inside else ""
        return pictures

    def characters(self, element: Element) -> str:
        """Return a character for each picture in a drawing; none where it holds no picture."""
        return "".join(self._character(*found) for found in _found(element))

    def add(self, part: str, *, alt: str = "", width: int = 0, problem: Said = NOTHING_SAID) -> str:
        """Return the character of the picture in a part of the file; `problem` keeps it out."""
        if len(self.images) >= MOST_PICTURES:
            self.images[-1] = Image(problem=TOO_MANY)
        else:
            image = Image(problem=problem) if problem else self._image(part, alt, width)
            self.images.append(image)
        return chr(FIRST_PICTURE + len(self.images) - 1)

    def used_in(self, raws: Iterable[Raw]) -> tuple[PictureFile, ...]:
        """Return the files of the pictures that these questions show."""
        used = {one["digest"] for raw in raws for one in raw.pictures}
        return tuple(file for digest, file in self.files.items() if digest in used)

    def _character(self, code: str, alt: str, width: int) -> str:
        target = self.targets.get(code, "")
        problem = NOTHING_SAID if target else LINKED
        return self.add(part_at("word", target), alt=alt, width=width, problem=problem)

    def _image(self, part: str, alt: str, width: int) -> Image:
        found = self._checked(part)
        if isinstance(found, Said):
            return Image(problem=found)
        self.files[found.file.digest] = found.file
        shown = min(found.width, WIDEST, width or found.width)
        height = max(1, round(found.height * shown / found.width))
        return Image(digest=found.file.digest, alt=alt, width=max(1, shown), height=height)

    def _checked(self, part: str) -> Checked | Said:
        """Return the picture in a part of the file, or in words why it is not usable."""
        if part not in self._known:
            try:
                self._known[part] = checked(self.packed.picture(part))
            except BadPicture as error:
                self._known[part] = error.why
        return self._known[part]


def part_at(folder: str, target: str) -> str:
    """Return the name in the zip file of what the links of a part in `folder` call `target`."""
    steps: list[str] = [] if target.startswith("/") else folder.split("/")
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)


def _found(element: Element) -> Iterator[tuple[str, str, int]]:
    """Yield link, words for who cannot see, and width in pixels of each picture in a drawing."""
    # Of the two forms that Word writes of a drawing the first is the picture itself.
    choice = element.find(CHOICE)
    inside = element if choice is None or not any(_blips(choice)) else choice
    alt = next((alt_of(one) for one in inside.iter(f"{WP}docPr")), "")
    extent = next(inside.iter(f"{WP}extent"), None)
    width = pixels("" if extent is None else extent.get("cx", ""))
    for blip in _blips(inside):
        yield blip.get(f"{R}embed") or blip.get(f"{R}id") or "", alt or _alt_of_shape(blip), width


def _blips(element: Element) -> Iterator[Element]:
    yield from element.iter(f"{A}blip")
    yield from element.iter(f"{V}imagedata")


def alt_of(properties: Element) -> str:
    """Return the words for who cannot see that a person typed; empty for an office program's."""
    told = properties.get("descr", "") or properties.get("title", "")
    return "" if told.lower().startswith(NO_ALT) and len(told) < 14 else told


def _alt_of_shape(blip: Element) -> str:
    return blip.get(f"{OFFICE}title", "")


def pixels(told: str) -> int:
    """Return a length in English metric units as pixels; 0 for none."""
    return int(told) // PER_PIXEL if told.isdecimal() and len(told) < 10 else 0
