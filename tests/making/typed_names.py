"""Names of bodies, and the ways people type them: a set to judge matching by, from one seed."""

import random
import unicodedata
from dataclasses import dataclass

FIRMS = (
    "Công ty TNHH",
    "Công ty Cổ phần",
    "Công ty TNHH MTV",
    "Xí nghiệp",
    "Nhà máy",
    "Tổng công ty",
)
TRADES = (
    "May",
    "Dệt",
    "Giày",
    "Xây dựng",
    "Thủy sản",
    "Cơ khí",
    "Dược phẩm",
    "Vận tải",
    "In",
    "Gỗ",
)
SCHOOLS = ("Trường Mầm non", "Trường Tiểu học", "Trường THCS", "Trường THPT", "Trường Cao đẳng")
OFFICES = ("Bệnh viện Đa khoa", "Trung tâm Y tế", "UBND phường", "UBND xã", "Bảo hiểm xã hội")
PROPER = (
    "Sông Hồng", "Sông Hông", "Hòa Bình", "Hoà An", "Thắng Lợi", "Thành Công", "Đại Phát",
    "Hồng Hà", "Hồng Hải", "Việt Tiến", "Việt Thắng", "Nhà Bè", "Phong Phú", "Đức Giang",
    "Minh Khai", "Minh Khải", "Nguyễn Du", "Nguyễn Trãi", "Lê Lợi", "Lê Lai", "Trần Phú",
    "Trần Hưng Đạo", "Hai Bà Trưng", "Quang Trung", "Kim Đồng", "Chu Văn An", "Phan Bội Châu",
    "Phan Chu Trinh", "Bình Minh", "Tân Phú", "Tân Phong", "Long Thành", "Long Khánh",
    "Vĩnh Phước", "Thạch Thất", "Gia Lâm", "Đông Anh", "Sóc Sơn", "Yên Bình", "Yên Định",
    "Quỳnh Lưu", "Diễn Châu", "Nghĩa Hưng", "Ý Yên", "Mỹ Đức", "Cẩm Giàng", "Samyang", "Hansae",
)  # fmt: skip
SHORT = {
    "Công ty": ("CTY", "Cty", "C.ty", "CT"),
    "TNHH": ("TNHH", "Tnhh", "trách nhiệm hữu hạn"),
    "Cổ phần": ("CP", "cổ phần"),
    "MTV": ("MTV", "một thành viên"),
    "Tổng công ty": ("TCT", "Tổng cty"),
    "THCS": ("THCS", "trung học cơ sở"),
    "THPT": ("THPT", "trung học phổ thông"),
    "Tiểu học": ("TH", "tiểu học"),
    "Mầm non": ("MN", "mầm non"),
    "Bệnh viện": ("BV", "bệnh viện"),
    "Trung tâm": ("TT", "trung tâm"),
    "Xây dựng": ("XD",),
    "Xí nghiệp": ("XN",),
    "UBND": ("UBND", "Ủy ban nhân dân"),
}
HEADS = ("Công đoàn cơ sở", "CĐCS", "CĐ", "Công đoàn", "cdcs")
EXTRA = ("tổ 3", "phân xưởng 2", "ca chiều", "văn phòng", "nhé", "VN", "- cảm ơn", "khối gián tiếp")
UNKNOWN = (
    "công nhân", "không biết", "tự do", "đang nghỉ thai sản", "nhà", "ở quê", "abc", "12345",
    "Công ty của chị Hương", "trường học", "công đoàn", "phường tôi", "bên may", "bệnh viện",
)  # fmt: skip
NEXT_KEYS = {"a": "s", "o": "p", "n": "m", "h": "j", "i": "u", "t": "r", "g": "h", "c": "v"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What somebody typed, and the id of the unit meant; None: no unit of the list."""

    text: str
    unit_id: int | None


def unit_names(count, *, seed):
    """Return `count` different names of bodies by id, from 1; many are nearly alike."""
    chance = random.Random(seed)
    names = {}
    while len(set(names.values())) < count:
        names[len(names) + 1] = _unit_name(chance)
        if len(set(names.values())) < len(names):
            del names[len(names)]
    return names


def typed_names(names, count, *, seed, unknown=0.05):
    """Return `count` typings of these units' names, a share of them of no unit at all."""
    chance = random.Random(seed)
    ids = list(names)
    return [
        Typed(text=_unknown(chance), unit_id=None)
        if chance.random() < unknown
        else _typing(chance, names, chance.choice(ids))
        for _ in range(count)
    ]


def _unit_name(chance):
    proper = chance.choice(PROPER)
    kind = chance.random()
    if kind < 0.55:
        name = f"{chance.choice(FIRMS)} {chance.choice(TRADES)} {proper}"
        return f"{name} {chance.randint(1, 12)}" if chance.random() < 0.25 else name
    if kind < 0.8:
        return f"{chance.choice(SCHOOLS)} {proper}"
    return f"{chance.choice(OFFICES)} {proper}"


def _unknown(chance):
    if chance.random() < 0.4:
        return f"{chance.choice(FIRMS)} {chance.choice(('Quốc Oai', 'Kyungbang', 'Bưởi Năm Roi'))}"
    return chance.choice(UNKNOWN)


def _typing(chance, names, unit_id):
    text = names[unit_id]
    for long, forms in SHORT.items():
        if long in text and chance.random() < 0.5:
            text = text.replace(long, chance.choice(forms), 1)
    for share, change in CHANGES:
        if chance.random() < share:
            text = change(chance, text)
    return Typed(text=text, unit_id=unit_id)


def _without_marks(text):
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _slip(chance, text):
    """Drop, double, swap or mistype one letter."""
    places = [i for i, char in enumerate(text[:-1]) if char.isalpha() and text[i + 1].isalpha()]
    if not places:
        return text
    at = chance.choice(places)
    kind = chance.choice(("drop", "double", "swap", "next"))
    if kind == "drop":
        return text[:at] + text[at + 1 :]
    if kind == "double":
        return text[:at] + text[at] + text[at:]
    if kind == "swap":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + NEXT_KEYS.get(text[at], text[at]) + text[at + 1 :]


CHANGES = (
    (0.4, lambda chance, text: f"{chance.choice(HEADS)} {text}"),
    (0.15, lambda chance, text: f"{text} {chance.choice(EXTRA)}"),
    (0.35, lambda _chance, text: _without_marks(text)),
    (0.3, _slip),
    (0.05, lambda _chance, text: text.replace(" ", "", 1)),
    (0.3, lambda chance, text: chance.choice((str.upper, str.lower, str.title))(text)),
    (0.1, lambda _chance, text: text.replace(" ", "  ", 1)),
)
