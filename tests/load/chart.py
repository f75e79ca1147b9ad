"""Small charts as SVG: what was measured against a size that grows tenfold, one panel a figure."""

from html import escape
from math import log10

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300, 200, 52, 14, 34, 34
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.title{font-weight:600}"
    "path{fill:none;stroke:#0b5cad;stroke-width:2}circle{fill:#0b5cad}line{stroke:#bbb}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}path{stroke:#7fb5ff}circle{fill:#7fb5ff}"
    "line{stroke:#666}}"
)


def drawn(title, across, sizes, series):
    """Return an SVG: a panel for each of `series` (name → values, one for each size, from 0)."""
    panels = [
        _panel(index, name, across, list(zip(sizes, values, strict=True)))
        for index, (name, values) in enumerate(series.items())
    ]
    width = WIDTH * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>{''.join(panels)}</svg>\n"
    )


def _panel(index, name, across, points):
    top = _round_up(max(value for _, value in points))
    placed = [
        (_across(size, points), HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), size)
        for size, value in points
    ]
    base = HEIGHT - BOTTOM
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y, _ in placed)
    marks = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
        f'<text x="{x:.1f}" y="{base + 14}" text-anchor="middle">{_short(size)}</text>'
        for x, y, size in placed
    )
    return (
        f'<g transform="translate({index * WIDTH})">'
        f'<text class="title" x="{LEFT}" y="18">{escape(name)}</text>'
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{base}" y2="{base}"/>'
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{TOP}" y2="{TOP}"/>'
        f'<text x="{LEFT - 6}" y="{base + 4}" text-anchor="end">0</text>'
        f'<text x="{LEFT - 6}" y="{TOP + 4}" text-anchor="end">{top:g}</text>'
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">'
        f'{escape(across)}</text><path d="{path}"/>{marks}</g>'
    )


def _across(size, points):
    first, last = log10(points[0][0]), log10(points[-1][0])
    share = (log10(size) - first) / (last - first) if last > first else 0.5
    return LEFT + 16 + share * (WIDTH - LEFT - RIGHT - 32)


def _round_up(value):
    """Return the next of 1, 2, 5, 10… above a value."""
    if value <= 0:
        return 1
    unit = 10 ** int(log10(value) // 1)
    return next(step * unit for step in (1, 2, 5, 10) if step * unit >= value)


def _short(size):
    for unit, name in ((1_000_000, " M"), (1000, " k")):
        if size >= unit:
            return f"{size / unit:g}{name}"
    return f"{size:g}"
