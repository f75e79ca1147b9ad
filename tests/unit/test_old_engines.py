"""What contestants' pages run parses and works on the oldest engine that is declared.

Chrome and Android WebView 64 (January 2018) and Safari 11.1 of iOS 11.3 (March 2018): the language
of 2017. Scripts for organisers' desks may be younger.
"""

import re

import esprima
import pytest

from quizapp.config import ROOT

STATIC = ROOT / "quizapp" / "static"
ORGANISERS = {
    "draft.js",
    "htmx-2.0.11.min.js",
    "lively.js",
    "pack.js",
    "screen-draw.js",
    "screen.js",
}
CONTESTANTS = sorted(path.name for path in STATIC.glob("*.js") if path.name not in ORGANISERS)
OF_ORGANISERS = re.compile(
    r"/(_?draft|desk|lively|account|live|requests|screen|remote|event|pack)[^/]*\.html$"
)
# Younger than those engines, and not parsed as language: what is called, and what is told before.
YOUNGER = re.compile(
    r"\.(?:replaceAll|at|flat|flatMap|matchAll|allSettled|any|replaceChildren|requestSubmit"
    r"|toSorted|findLast|randomUUID|finally)\("
    r"|Object\.(?:fromEntries|hasOwn)|structuredClone|globalThis|BigInt|AbortSignal\.timeout"
    r"|ResizeObserver|scheduler\.|navigator\.(?:locks|userAgentData)"
    r"|\(\?<[=!A-Za-z]|/[gimuy]*s[gimuy]*\.(?:test|exec)\("
)
NOT_NEEDED = re.compile(r"serviceWorker|importScripts|type=.?module")


def problem_of(source):
    """Return what the oldest engine does not know in a script, None when it knows all."""
    try:
        esprima.parseScript(source)
    except esprima.Error as error:
        return str(error)
    found = YOUNGER.search(source) or NOT_NEEDED.search(source)
    return found and found[0]


@pytest.mark.parametrize("name", CONTESTANTS)
def test_every_script_of_contestants_is_of_2017(name):
    assert problem_of((STATIC / name).read_text("utf-8")) is None


@pytest.mark.parametrize(
    "younger",
    [
        "a?.b",
        "a ?? b",
        "try {} catch {}",
        "1_000",
        "for await (x of y);",
        "'a'.replaceAll('b', 'c')",
        "[1].at(-1)",
        "/(?<=a)b/.test('ab')",
        "navigator.serviceWorker",
    ],
)
def test_what_is_younger_is_found(younger):
    assert problem_of(f"async function f() {{ {younger} }}") is not None


def test_pages_of_contestants_use_those_scripts_only():
    pages = list((ROOT / "quizapp").rglob("*.html"))
    used = {
        (path.name, name)
        for path in pages
        for name in re.findall(r"([\w.-]+\.js)\b", path.read_text("utf-8"))
        if name in ORGANISERS and not OF_ORGANISERS.search(path.as_posix())
    }
    assert used == set()
    inline = [path.name for path in pages if re.search(r"<script(?![^>]*src)", path.read_text())]
    assert inline == []  # all scripts are files, inlined by `inline_script`


# What those engines throw away with the whole rule or declaration. `:has` may only decorate, and
# `gap` in a row of boxes only widens what is apart without it.
YOUNGER_STYLE = re.compile(
    r":not\([^()]*,|:is\(|\binset:|(?<!n)(?:min|max|clamp)\(\s*[\d.]|[{;]gap:[^;}]*"
)
GAPS = {".bar>div", ".row", ".tabs", ".run>div"}


def strange_rules(style):
    """Return the selectors of rules that the oldest engines would lose or lay out otherwise."""
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", style)
    found = {chosen.strip() for chosen, body in rules if YOUNGER_STYLE.search(f"{chosen}{{{body}")}
    return {chosen for chosen in found if chosen not in GAPS}


def test_the_style_of_contestants_lays_out_alike_on_the_oldest_engines():
    assert strange_rules((STATIC / "app.css").read_text("utf-8")) == set()


@pytest.mark.parametrize(
    "younger",
    [
        "a:not(b,c){color:red}",
        "a{inset:0}",
        "a{width:min(2rem,50%)}",
        ".pick{display:flex;gap:1rem}",
        "@media print{a:is(b){color:red}}",
    ],
)
def test_a_younger_style_is_found(younger):
    assert strange_rules(younger)
