"""The provision that the words of a citation name: law, article, clause, point. Pure.

Written as in R03 and the laws themselves: "điểm b khoản 1 Điều 20 Bộ luật Lao động số
45/2019/QH14". What stands there twice in different words is not one provision: nothing is taken.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from quizapp.vietnamese import fold

PARTS: Mapping[str, re.Pattern[str]] = {
    "law": re.compile(r"\b(\d+(?:/\d{4})?[/-][A-ZĐ]{2,}[A-ZĐ0-9]*(?:[/-][A-ZĐ]+[A-ZĐ0-9]*)*)"),
    "article": re.compile(r"\b[Đđ]iều (\d+[a-zđ]?)\b"),
    "clause": re.compile(r"\b[Kk]hoản (\d+[a-zđ]?)\b"),
    "point": re.compile(r"\b[Đđ]iểm ([a-zđ])\b"),
}


def with_provision(citation: Mapping[str, str]) -> Mapping[str, str]:
    """Return the citation with the parts that its words name; what it tells itself stays.

    One whose words name a part twice, and differently, stays as it is.
    """
    text = citation.get("text", "")
    found = {name: set(pattern.findall(text)) for name, pattern in PARTS.items()}
    if any(len(values) > 1 for values in found.values()) or set(citation) != {"text"}:
        return citation
    return {**citation, **{name: values.pop() for name, values in found.items() if values}}


# Laws that clerks cite by name and year; the text of a law always has both.
NAMED_LAWS: Mapping[tuple[str, str], str] = {
    ("bo luat lao dong", "2012"): "10/2012/QH13",
    ("bo luat lao dong", "2019"): "45/2019/QH14",
    ("luat cong doan", "2012"): "12/2012/QH13",
    ("luat cong doan", "2024"): "50/2024/QH15",
    ("luat an toan ve sinh lao dong", "2015"): "84/2015/QH13",
    ("luat bao hiem xa hoi", "2014"): "58/2014/QH13",
    ("luat bao hiem xa hoi", "2024"): "41/2024/QH15",
}
LAW_NAME = re.compile(r"\b((?:bo )?luat [a-z ]+?) (?:nam )?(20\d\d)\b")
PUNCTUATION = re.compile(r"[,;.()]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Provision:
    """A place in a law as questions are looked up by it; None for a part that is not told."""

    law: str | None
    article: str | None
    clause: str | None
    point: str | None


def provision_of(citation: Mapping[str, object]) -> Provision | None:
    """Return the provision that a published citation rests on, None where it names no law's place.

    A law told only by name and year is looked up under its number. What the citation itself says
    stays as it was published.
    """
    told = with_provision({name: str(value) for name, value in citation.items() if value})
    law = told.get("law") or _law_by_name(told.get("text", ""))
    if not law and "article" not in told:
        return None
    return Provision(
        law=law, article=told.get("article"), clause=told.get("clause"), point=told.get("point")
    )


def _law_by_name(text: str) -> str | None:
    """Return the number of the one law that is named with its year, None for none or several."""
    words = " ".join(PUNCTUATION.sub(" ", fold(text)).split())
    numbers = {NAMED_LAWS.get((name, year)) for name, year in LAW_NAME.findall(words)}
    return numbers.pop() if len(numbers) == 1 else None
