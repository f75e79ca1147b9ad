"""The provision that the words of a citation name: law, article, clause, point. Pure.

Written as in R03 and the laws themselves: "điểm b khoản 1 Điều 20 Bộ luật Lao động số
45/2019/QH14". What stands there twice in different words is not one provision: nothing is taken.
"""

import re
from collections.abc import Mapping

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
