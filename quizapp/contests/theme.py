"""A contest's colour as a style of its pages, in light and in dark."""

from functools import lru_cache

from markupsafe import Markup

from quizapp.contests.rules.colours import palette
from quizapp.web.assets import inline_rules


def theme_style(colour: str | None) -> Markup:
    """Return `<style>` that puts the colour over the product's own; nothing where there is none."""
    return inline_rules(_rules(colour)) if colour else Markup()


@lru_cache(maxsize=256)
def _rules(colour: str) -> str:
    drawn = palette(colour)
    deep = f"--deep:{drawn.deep};--dim:#fff;"
    light = f"{deep}--brand:{drawn.brand};--soft:{drawn.soft}"
    dark = f"{deep}--brand:{drawn.dark_brand};--brand-ink:#000;--soft:{drawn.dark_soft}"
    return (
        f":root{{{light}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}"
    )
