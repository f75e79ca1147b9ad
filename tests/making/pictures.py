"""Pictures for tests."""

from io import BytesIO

from PIL import Image


def picture(colour="red", *, size=(40, 30), form="PNG", **options):
    """Return the bytes of a picture of one colour."""
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, form, **options)
    return target.getvalue()
