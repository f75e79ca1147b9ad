"""Pictures of a document, decoded and written anew: what a phone gets is ours, byte for byte.

Nothing of the file goes on but its pixels: no place where a photo was taken, nothing hidden behind
the picture, no format that only Windows draws.
"""

import struct
import warnings
import zlib
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from quizapp.banks.rules import PictureFile
from quizapp.errors import N_
from quizapp.said import Said, said

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
MOST_PIXELS = 24_000_000
LARGEST_SIDE = 1200
LARGEST_BODY = 300_000
# In a drawing of so few colours JPEG would blur the lines; a photo has more.
FEW_COLOURS = 4096
QUALITIES = (82, 70, 55, 40)
# What the decoders raise over damaged bytes; found by fuzzing.
BROKEN = (
    Image.DecompressionBombError,
    Warning,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    NotImplementedError,
    struct.error,
    zlib.error,
)
TOO_LARGE = said(N_("hình quá lớn; hãy thu nhỏ rồi dán lại"))
UNKNOWN = said(
    N_(
        "hình kiểu này (EMF, WMF hoặc hỏng) chưa đọc được; hãy cắt hình rồi dán lại bằng Dán đặc "
        "biệt (Paste Special), kiểu Picture (PNG)"
    )
)


class BadPicture(Exception):
    """A picture that cannot be kept; `why` says what to do too."""

    def __init__(self, why: Said) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A picture written anew, and its size in pixels."""

    file: PictureFile
    width: int
    height: int


def warm() -> None:
    """Import the decoders now: later there may be no way to."""
    Image.preinit()
    Image.init()


def checked(body: bytes, *, side: int = LARGEST_SIDE, most: int = LARGEST_BODY) -> Checked:
    """Return the picture in `body`, small enough for a phone. Raises BadPicture.

    No side is longer than `side` pixels; it takes `most` bytes at most.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            image = _decoded(body, side)
    except BROKEN as error:
        raise BadPicture(UNKNOWN) from error
    image.thumbnail((side, side))
    media_type, written = _written(image, most)
    file = PictureFile(digest=sha256(written).hexdigest(), media_type=media_type, body=written)
    return Checked(file=file, width=image.width, height=image.height)


def _decoded(body: bytes, side: int) -> Image.Image:
    opened = Image.open(BytesIO(body), formats=FORMATS)
    if opened.width * opened.height > MOST_PIXELS:
        raise BadPicture(TOO_LARGE)
    opened.draft("RGB", (side, side))  # a large JPEG is decoded small
    turned = ImageOps.exif_transpose(opened)
    mode = "RGBA" if "A" in turned.getbands() or "transparency" in turned.info else "RGB"
    image = turned.convert(mode)
    image.info.clear()
    return image


def _written(image: Image.Image, most: int) -> tuple[str, bytes]:
    """Return a drawing as PNG and a photo as JPEG, each at the first size that is small enough."""
    if image.mode == "RGBA" or image.getcolors(FEW_COLOURS) is not None:
        body = _saved(image, "PNG", optimize=image.width * image.height < 250_000)
        if len(body) <= most:
            return "image/png", body
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    for quality in QUALITIES:
        body = _saved(flat, "JPEG", quality=quality)
        if len(body) <= most:
            return "image/jpeg", body
    raise BadPicture(TOO_LARGE)


def _saved(image: Image.Image, form: str, **options: int) -> bytes:
    target = BytesIO()
    image.save(target, form, **options)
    return target.getvalue()
