"""Files to begin a bank with: two questions in the layouts that the readers like best."""

import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape

from quizapp.banks.rules import LETTERS, Content, Difficulty, Kind, positions_of
from quizapp.banks.writing import excel

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MEDIA_TYPES = {
    "docx": f"{DOCUMENT}.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
EXAMPLES = (
    Content(
        code="CAU-001",
        kind=Kind.SINGLE,
        stem="Người lao động phải đủ bao nhiêu tuổi theo Bộ luật Lao động năm 2019?",
        options=("Đủ 14 tuổi", "Đủ 15 tuổi", "Đủ 16 tuổi", "Đủ 18 tuổi"),
        right=2,
        fixed_order=False,
        topic="Khái niệm chung",
        difficulty=Difficulty.EASY,
        explanation="Trừ những trường hợp riêng của người chưa đủ 15 tuổi.",
        citations=({"text": "khoản 1 Điều 3 Bộ luật Lao động số 45/2019/QH14"},),
        valid_from=date(2021, 1, 1),
    ),
    Content(
        code="CAU-002",
        kind=Kind.SINGLE,
        stem="Viết nội dung câu hỏi ở đây?",
        options=("Phương án thứ nhất", "Phương án thứ hai", "Phương án thứ ba"),
        right=1,
        fixed_order=False,
        topic="Khái niệm chung",
    ),
)


def xlsx() -> bytes:
    """Return a workbook with the headings that are read and two examples."""
    return excel.write(EXAMPLES, code="mau", title="Mẫu câu hỏi", number=1)


def docx() -> bytes:
    """Return a document with a heading, two examples, the right option in bold."""
    lines = [_paragraph("Khái niệm chung", style="Heading1")]
    for number, one in enumerate(EXAMPLES, start=1):
        lines.append(_paragraph(f"Câu {number}: {one.stem}"))
        for place, text in enumerate(one.options):
            is_right = place in positions_of(one.right)
            lines.append(_paragraph(f"{LETTERS[place]}. {text}", bold=is_right))
        lines += [_paragraph(f"Căn cứ: {citation['text']}") for citation in one.citations]
        if one.explanation:
            lines.append(_paragraph(f"Giải thích: {one.explanation}"))
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, body in _parts("".join(lines)).items():
            # Not the clock's time: the same file each time it is fetched.
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(part, DECLARED + body)
    return target.getvalue()


TEMPLATES: Mapping[str, Callable[[], bytes]] = {"docx": docx, "xlsx": xlsx}


def _paragraph(text: str, *, style: str = "", bold: bool = False) -> str:
    about = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    marks = "<w:rPr><w:b/></w:rPr>" if bold else ""
    words = f'<w:t xml:space="preserve">{escape(text)}</w:t>'
    return f"<w:p>{about}<w:r>{marks}{words}</w:r></w:p>"


def _parts(body: str) -> dict[str, str]:
    heading = (
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
        '<w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:sz w:val="32"/></w:rPr></w:style>'
    )
    types = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{DOCUMENT}.{kind}+xml"/>'
        for part, kind in (("document", "document.main"), ("styles", "styles"))
    )
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    rels = f'<Default Extension="rels" ContentType="{_RELS}"/>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{rels}{xml}{types}</Types>',
        "_rels/.rels": _relation("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relation("styles", "styles.xml"),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{heading}</w:styles>',
    }


_RELS = "application/vnd.openxmlformats-package.relationships+xml"


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/relationships/{kind}" Target="{target}"/></Relationships>'
    )
