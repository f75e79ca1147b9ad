"""Word files for tests, written as Word writes them: styles, runs, lists, tables."""

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MARKS = {
    "bold": "<w:b/>",
    "not bold": '<w:b w:val="0"/>',
    "italic": "<w:i/>",
    "underline": '<w:u w:val="single"/>',
    "red": '<w:color w:val="FF0000"/>',
    "blue": '<w:color w:val="0070C0"/>',
    "yellow": '<w:highlight w:val="yellow"/>',
    "shaded": '<w:shd w:val="clear" w:fill="FFFF00"/>',
    "struck": "<w:strike/>",
    "hidden": "<w:vanish/>",
}
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def run(text, *marks, font="", style=""):
    """Return a run of text; tabs and line breaks become what Word has for them."""
    properties = "".join(MARKS[mark] for mark in marks)
    if font:
        properties = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}"/>' + properties
    if style:
        properties = f'<w:rStyle w:val="{style}"/>' + properties
    body = escape(text).replace("\t", "</w:t><w:tab/><w:t xml:space='preserve'>")
    body = body.replace("\n", "</w:t><w:br/><w:t xml:space='preserve'>")
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{body}</w:t></w:r>"


def paragraph(*runs, style="", numbered=None):
    """Return a paragraph of runs (or plain texts); `numbered` is a list and a level."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if numbered:
        number, level = numbered
        properties += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    inner = "".join(one if one.startswith("<w:") else run(one) for one in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def table(*rows):
    """Return a table; a cell is a text, a paragraph, or a list of them."""
    return f"<w:tbl>{''.join(map(_row, rows))}</w:tbl>"


def document(*parts, styles="", numbering="", more=()):
    """Return a docx of these paragraphs and tables; a plain text is a paragraph."""
    body = "".join(one if one.startswith("<w:") else paragraph(one) for one in parts)
    files = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
        "word/numbering.xml": f"<w:numbering {W}>{numbering}</w:numbering>",
        **dict(more),
    }
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content if isinstance(content, bytes) else DECLARED + content)
    return target.getvalue()


def drawn(code, alt="", *, pixels=200):
    """Return a run with the picture that the link `code` names."""
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{DRAWING}/wordprocessingDrawing">'
        f'<wp:extent cx="{pixels * 9525}" cy="{pixels * 9525}"/>'
        f'<wp:docPr id="1" name="Picture 1" descr="{escape(alt)}"/>'
        f'<a:graphic xmlns:a="{DRAWING}/main"><a:blip xmlns:r="{LINKS}" r:embed="{code}"/>'
        "</a:graphic></wp:inline></w:drawing></w:r>"
    )


def with_pictures(files, *, outside=()):
    """Return the parts that hold pictures: link → (name, bytes); `outside` are mere addresses."""
    made = {f"word/media/{name}": body for name, body in files.values()}
    links = "".join(
        f'<Relationship Id="{code}" Target="media/{name}"/>' for code, (name, _) in files.items()
    )
    links += "".join(
        f'<Relationship Id="{code}" TargetMode="External" Target="http://x.invalid/a.png"/>'
        for code in outside
    )
    rels = f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>'
    return (made | {"word/_rels/document.xml.rels": rels}).items()


def style(code, properties, *, kind="paragraph", based_on=""):
    """Return a style whose runs have these properties."""
    based = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{code}"><w:name w:val="{code}"/>{based}'
        f"<w:rPr>{properties}</w:rPr></w:style>"
    )


def numbering(number, *levels):
    """Return a list whose levels have these forms and texts: ("decimal", "%1.")."""
    made = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    return (
        f'<w:abstractNum w:abstractNumId="{number}">{made}</w:abstractNum>'
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
    )


def _row(cells):
    made = "".join(f"<w:tc>{_cell(cell)}</w:tc>" for cell in cells)
    return f"<w:tr>{made}</w:tr>"


def _cell(cell):
    parts = cell if isinstance(cell, list) else [cell]
    return "".join(one if one.startswith("<w:p") else paragraph(str(one)) for one in parts)
