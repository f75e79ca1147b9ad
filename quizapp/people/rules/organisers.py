"""Passwords, sessions and one-time links of organisers. Pure."""

import unicodedata
from datetime import datetime, timedelta

from quizapp.errors import N_
from quizapp.people.rules.entry import Problems

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
SESSION_LASTS = timedelta(hours=12)
# A session is marked as seen at most this often: reading pages must stay reading.
SEEN_EVERY = timedelta(minutes=5)
# Between the password and the code of the second step.
HALF_LASTS = timedelta(minutes=10)
SETUP_LASTS, RESET_LASTS = timedelta(days=7), timedelta(days=1)
# The first sign found decides: every browser also claims to be its ancestors.
BROWSERS = (
    ("Zalo", "Zalo"),
    ("coc_coc", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)

# Of eight characters and more, from lists of leaked passwords, Vietnamese ones among them.
LEAKED_PASSWORDS = """
12345678 123456789 1234567890 0123456789 0987654321 987654321 87654321 11111111 00000000
88888888 99999999 66666666 11223344 12341234 12344321 123123123 147258369 123456123
123456654321 1q2w3e4r 1q2w3e4r5t 1qaz2wsx qwertyui qwertyuiop qwerty123 qwerty1234 asdfghjkl
zxcvbnm123 1234qwer 12345qwert abcd1234 abc123456 abc12345 aa123456 a1234567 a12345678
a123456789 password password1 password123 p@ssw0rd p@ssword passw0rd iloveyou iloveyou1
sunshine princess football baseball superman trustno1 welcome1 welcome123 admin123
admin1234 admin12345 admin123456 administrator letmein1 changeme test1234 matkhau1
matkhau123 matkhau1234 matkhau@123 mothaiba anhyeuem emyeuanh yeuemnhieu khongbiet
khongcomatkhau conyeume conyeuba giadinh123 vietnam1 vietnam123 vietnam2020 vietnam2025
vietnam2026 hanoi123 saigon123 hochiminh congdoan congdoan1 congdoan123 congdoan2025
congdoan2026 congdoanvietnam congdoanvn tongliendoan liendoan123 laodong123 nguoilaodong
lienhoan1 phapluat1 phapluat123 hoithi123 cuocthi123 bantochuc bantochuc1 bantochuc123
"""
COMMON_PASSWORDS = frozenset(LEAKED_PASSWORDS.split())


def tidy_password(password: str) -> str:
    """Return the password in composed Unicode: keyboards spell the same accents differently."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, phone: str) -> Problems:
    """Refuse a password that is too short, too long, well known, or made of the phone number.

    `phone` is the organiser's number as E.164. No rule about kinds of characters: they only
    make people write passwords down.
    """
    tidy = tidy_password(password)
    if len(tidy) < SHORTEST_PASSWORD:
        return [("password", N_("Mật khẩu cần ít nhất 8 ký tự; nên dùng 15 ký tự trở lên."))]
    if len(tidy) > LONGEST_PASSWORD:
        return [("password", N_("Mật khẩu dài nhất 128 ký tự."))]
    if phone.removeprefix("+84") in "".join(char for char in tidy if char.isdigit()):
        return [("password", N_("Mật khẩu không được chứa số điện thoại của bạn."))]
    if tidy.casefold() in COMMON_PASSWORDS or len(set(tidy)) < 3:
        return [("password", N_("Mật khẩu này nhiều người dùng nên dễ đoán. Hãy chọn câu khác."))]
    return []


def is_session_alive(*, created_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Say whether a session still signs its organiser in: twelve hours, unless ended before."""
    return ended_at is None and now < created_at + SESSION_LASTS


def is_link_usable(*, expires_at: datetime, used_at: datetime | None, now: datetime) -> bool:
    """Say whether a one-time link may be used: once, and before it expires."""
    return used_at is None and now < expires_at


def short_user_agent(text: str) -> str:
    """Return "Chrome, Android": enough to recognise one's own phone; "" when neither is known."""
    browser = next((name for sign, name in BROWSERS if sign in text), None)
    system = next((name for sign, name in SYSTEMS if sign in text), None)
    return ", ".join(name for name in (browser, system) if name)


def page_after_sign_in(asked: str) -> str:
    """Return the organiser page to go to; anything that is not one of ours gives the home."""
    is_ours = asked == "/admin" or asked.startswith("/admin/")
    is_plain = asked.isascii() and asked.isprintable() and "\\" not in asked and "//" not in asked
    return asked if is_ours and is_plain and "/.." not in asked else "/admin"
