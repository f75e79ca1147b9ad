"""Make the fonts beside this file anew, and those of the halls' screens in `static/`: Noto Sans,
cut down to the Latin letters that names of all peoples of Vietnam need.

Run by hand, in an environment of its own, when the family has a new version:

    pip install fonttools brotli fontpkg-noto-sans && python quizapp/web/fonts/make.py
"""

import shutil
from pathlib import Path

import fontpkg_noto_sans
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).resolve().parent
FROM = Path(fontpkg_noto_sans.__file__).parent
STATIC = HERE.parent.parent / "static"
WEIGHTS = {"regular": 400, "bold": 700}
SCREENS = {"notosans-1.0-400.woff2": 400, "notosans-1.0-600.woff2": 600}  # kept for a year
SIGNS = (
    *range(0x20, 0x7F),  # ASCII
    *range(0xA0, 0x100),  # Latin-1
    *range(0x100, 0x250),  # Latin Extended: ă đ ơ ư, and ĭ ŭ ŏ ĕ č ň ƀ of the Central Highlands
    *range(0x1EA0, 0x1EFA),  # ạ … ỹ
    *map(ord, "–—‘’“”…•₫✓′″"),
    *(0x300, 0x301, 0x302, 0x303, 0x306, 0x309, 0x31B, 0x323),  # marks that stand apart
)


def make(path: Path, weight: int, *, flavor: str | None = None) -> None:
    """Write one weight, without hints: it is drawn large."""
    whole = TTFont(FROM / "files" / "NotoSans[wdth,wght].ttf")
    font = instantiateVariableFont(whole, {"wght": weight, "wdth": 100})
    options = Options(hinting=False, layout_features=["kern", "mark", "mkmk", "ccmp"])
    options.name_IDs = [0, 1, 2, 13, 14]  # whose it is and under which licence stay in it
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=SIGNS)
    subsetter.subset(font)
    font.flavor = flavor
    font.save(path)


if __name__ == "__main__":
    for name, weight in WEIGHTS.items():
        make(HERE / f"noto-sans-{name}.ttf", weight)
    for screen, weight in SCREENS.items():
        make(STATIC / screen, weight, flavor="woff2")
    for licence in (HERE / "OFL.txt", STATIC / "notosans-1.0.OFL.txt"):
        shutil.copyfile(FROM / "LICENSE", licence)
