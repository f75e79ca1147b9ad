"""Passwords, sessions, links and the page after signing in."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from quizapp.people.rules.organisers import (
    COMMON_PASSWORDS,
    check_password,
    is_link_usable,
    is_session_alive,
    page_after_sign_in,
    short_user_agent,
    tidy_password,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
PHONE = "+84912345678"


@pytest.mark.parametrize(
    "password",
    ["trời xanh", "k3t-9wuv", "một câu dài dễ nhớ là tốt nhất", "x1y" * 42, "        ab c"],
)
def test_long_enough_passwords_of_any_characters_are_taken(password):
    assert check_password(password, phone=PHONE) == []


@pytest.mark.parametrize(
    "password",
    [
        "",
        "k3t-9wu",
        "x1y" * 43,
        "12345678",
        "CongDoan2026",
        "MATKHAU123",
        "aaaaaaaa",
        "abababab",
        "0912345678",
        "+84 912 345 678",
        "an0912.345.678an",
    ],
)
def test_short_endless_common_and_phone_passwords_are_refused(password):
    assert [field for field, _ in check_password(password, phone=PHONE)] == ["password"]


def test_length_counts_letters_not_the_way_they_are_put_together():
    decomposed = unicodedata.normalize("NFD", "tếtếtế1")
    assert len(decomposed) > 8
    assert check_password(decomposed, phone=PHONE) != []
    assert tidy_password(decomposed) == "tếtếtế1"


def test_the_list_holds_only_what_the_other_rules_would_let_through():
    assert all(len(word) >= 8 and word == word.casefold() for word in COMMON_PASSWORDS)


def test_a_session_ends_after_twelve_hours_or_when_it_was_ended():
    end = NOW + timedelta(hours=12)
    assert is_session_alive(created_at=NOW, ended_at=None, now=end - MOMENT)
    assert not is_session_alive(created_at=NOW, ended_at=None, now=end)
    assert not is_session_alive(created_at=NOW, ended_at=NOW, now=NOW)


def test_a_link_is_good_once_and_until_it_expires():
    assert is_link_usable(expires_at=NOW + MOMENT, used_at=None, now=NOW)
    assert not is_link_usable(expires_at=NOW, used_at=None, now=NOW)
    assert not is_link_usable(expires_at=NOW + MOMENT, used_at=NOW, now=NOW)


@pytest.mark.parametrize("asked", ["/admin", "/admin/contests/tuan-1?page=2", "/admin/account"])
def test_signing_in_leads_to_the_page_that_was_asked_for(asked):
    assert page_after_sign_in(asked) == asked


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "https://evil.example/admin/",
        "//evil.example/admin/",
        "/admin//evil.example",
        "/admin/../c/x",
        "/administrator",
        "/c/admin/",
        "admin/",
        "/admin/\\evil.example",
        "/admin/\r\nSet-Cookie: a=b",
        "/admin/％2f",
        "\t/admin/",
    ],
)
def test_signing_in_never_leads_anywhere_else(asked):
    assert page_after_sign_in(asked) == "/admin"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (
            (
                "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/130.0.0.0 Mobile Safari/537.36 Zalo android/24110"
            ),
            "Zalo, Android",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
            ),
            "Safari, iPhone",
        ),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"
            ),
            "Edge, Windows",
        ),
        ("curl/8.0", ""),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_a_session_is_told_by_its_browser_and_system_only(sent, shown):
    assert short_user_agent(sent) == shown
