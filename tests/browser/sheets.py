"""Every screen of the tour on contact sheets, for eyes: `python -m tests.browser.sheets FOLDER`.

One sheet for each language, width and colour scheme, with the name of each stop below its picture.
"""

import io
import itertools
import logging
from pathlib import Path

import click
from PIL import Image, ImageDraw

from tests.browser.pictures import on_stage
from tests.browser.touring import tour
from tests.browser.walking import mirrored

WIDTHS = (320, 360, 414, 768)
SCHEMES = ("light", "dark")
LANGUAGES = {"vi": "", "en": "?lang=en"}
HEIGHT, SHOWN = 1600, 0.5  # pixels of a page that are kept; how large they are on the sheet
LABEL, GAP, ACROSS = 16, 12, 3200


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def main(folder):
    """Write the sheets into a folder; where one exists it is replaced."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    folder.mkdir(parents=True, exist_ok=True)
    for language, query in LANGUAGES.items():
        kept = {look: [] for look in itertools.product(WIDTHS, SCHEMES)}
        on_stage(lambda browser, stage, kept=kept, query=query: _walk(browser, stage, kept, query))
        for (width, scheme), pictures in kept.items():
            for number, sheet in enumerate(_sheets(pictures), start=1):
                sheet.save(folder / f"{language}-{width}-{scheme}-{number}.png")


def _walk(browser, stage, kept, query):
    options = {"base_url": stage.url, "locale": "vi-VN", "viewport": {"width": 360, "height": 740}}
    page, mirror = (browser.new_context(**options).new_page() for _ in range(2))
    plain = browser.new_context(**options, java_script_enabled=False).new_page()
    numbers = (f"0912 40{number:02d} 77" for number in itertools.count(1))
    for name, stop in tour(page, plain, stage, new_number=lambda: next(numbers), query=query):
        shown = mirrored(plain, mirror) if stop is plain else stop
        for (width, scheme), pictures in kept.items():
            shown.set_viewport_size({"width": width, "height": 740})
            shown.emulate_media(color_scheme=scheme)
            pictures.append((name, _taken(shown, width)))
        shown.set_viewport_size(options["viewport"])
        shown.emulate_media(color_scheme="light")


def _taken(page, width):
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    picture = picture.crop((0, 0, max(width, picture.width), min(picture.height, HEIGHT)))
    return picture.resize((round(picture.width * SHOWN), round(picture.height * SHOWN)))


def _sheets(pictures):
    """Yield the pictures in rows, two rows a sheet."""
    columns = ACROSS // (max(picture.width for _, picture in pictures) + GAP)
    for first in range(0, len(pictures), columns * 2):
        rows = [pictures[at : at + columns] for at in (first, first + columns)]
        heights = [max((one.height for _, one in row), default=0) + LABEL + GAP for row in rows]
        sheet = Image.new("RGB", (ACROSS, sum(heights)), "#888")
        pen, top = ImageDraw.Draw(sheet), 0
        for row, height in zip(rows, heights, strict=True):
            for column, (name, picture) in enumerate(row):
                left = column * (ACROSS // columns)
                pen.text((left, top), name, fill="white")
                sheet.paste(picture, (left, top + LABEL))
            top += height
        yield sheet


if __name__ == "__main__":
    main()
