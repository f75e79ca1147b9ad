"""The commands of the guide for installing, as they stand in it."""

import re

from quizapp.config import ROOT

GUIDES = {lang: ROOT / "docs" / "guide" / f"install.{lang}.md" for lang in ("vi", "en")}
OTHER_DATABASE = "postgresql"
HEADING = re.compile(r"^## (?P<number>\d+)\. ")


def blocks(lang):
    """Return (section, kind, commands) of each block of commands, in order.

    `kind` is empty for what is run as it stands; other blocks need something of the world outside,
    or a person's answer. What another database needs is left out: two cannot have one port.
    """
    found, section, open_block = [], 0, None
    for line in GUIDES[lang].read_text("utf-8").splitlines():
        if line.startswith("```"):
            if open_block is None:
                open_block = (section, line[3:], [])
            else:
                found.append((*open_block[:2], "\n".join(open_block[2])))
                open_block = None
        elif open_block is not None:
            open_block[2].append(line)
        elif match := HEADING.match(line):
            section = int(match["number"])
    if open_block is not None:
        raise ValueError(f"{GUIDES[lang]}: a block without an end")
    return [one for one in found if one[1] != OTHER_DATABASE]
