"""`python -m tests.load banks`: what reading and checking a file of questions costs, by format.

As an organiser's upload is read: in a process of its own, which starts anew for each file. Every
key is compared with what was written, so that a fast reader of wrong keys is no result.
"""

import csv
import json
import random
import resource
import time
from io import StringIO
from pathlib import Path
from statistics import median

import click

from quizapp.banks.reading import read_bank
from quizapp.banks.rules import LETTERS, positions_of
from quizapp.banks.writing import write_bank
from tests.load.figures import yardstick
from tests.making.banks import draft
from tests.making.documents import document, paragraph, run, table
from tests.making.workbooks import looking, opendocument, workbook

# fmt: off
WORDS = [
    "người", "lao", "động", "công", "đoàn", "cơ", "sở", "hợp", "đồng",
    "thời", "hạn", "tiền", "lương", "nghỉ", "phép", "bảo", "hiểm", "xã",
    "hội", "an", "toàn", "vệ", "sinh", "quyền", "nghĩa", "vụ", "doanh",
    "nghiệp", "ban", "chấp", "hành", "đại", "hội", "đoàn", "viên", "kỷ",
    "luật",
]
# fmt: on
HEADINGS = ["Câu hỏi", "A", "B", "C", "D"]


def written_bank(count, *, seed=7):
    """Return so many questions with texts as long as real ones are."""
    chance = random.Random(seed)

    def words(least, most):
        return " ".join(chance.choices(WORDS, k=chance.randint(least, most)))

    return [
        draft(
            number,
            stem=f"Theo Điều {number}, {words(14, 34)}?",
            options=tuple(f"{words(4, 16)} {letter}{number}" for letter in "kmnp"),
            right=1 << chance.randrange(4),
        )
        for number in range(1, count + 1)
    ]


def _right(one):
    return positions_of(one.right)[0]


def word_marks(bank):
    parts = []
    for one in bank:
        parts.append(f"Câu {one.number}: {one.stem}")
        for at, text in enumerate(one.options):
            marks = ["bold", "red"] if at == _right(one) else []
            parts.append(paragraph(run(f"{LETTERS[at]}. ", *marks), run(text, *marks)))
    return document(*parts)


def word_key(bank):
    parts = []
    for one in bank:
        parts.append(f"Câu {one.number}: {one.stem}")
        parts += [f"{LETTERS[at]}. {text}" for at, text in enumerate(one.options)]
    keys = [f"{one.number}-{LETTERS[_right(one)]}" for one in bank]
    lines = ["  ".join(keys[at : at + 10]) for at in range(0, len(keys), 10)]
    return document(*parts, "BẢNG ĐÁP ÁN", *lines)


def word_table(bank):
    rows = [[one.stem, *one.options, LETTERS[_right(one)]] for one in bank]
    return document(table([*HEADINGS, "Đáp án"], *rows))


def _rows(bank):
    return [[*HEADINGS, "Đáp án"], *([o.stem, *o.options, LETTERS[_right(o)]] for o in bank)]


def excel_marked(bank):
    marked = {(row, _right(one) + 1) for row, one in enumerate(bank, start=1)}
    return looking(HEADINGS, *([one.stem, *one.options] for one in bank), marked=marked)


def separated(bank, encoding="utf-8-sig"):
    target = StringIO()
    csv.writer(target, delimiter=";").writerows(_rows(bank))
    return target.getvalue().encode(encoding)


def typed(bank, key="Đáp án: {}", label="Câu {}: "):
    made = []
    for one in bank:
        made.append(label.format(one.number) + one.stem)
        made += [f"{LETTERS[at]}. {text}" for at, text in enumerate(one.options)]
        made.append(key.format(LETTERS[_right(one)]) + "\n")
    return "\n".join(made).encode()


def gift(bank):
    made = []
    for one in bank:
        answers = (
            ("=" if at == _right(one) else "~") + text for at, text in enumerate(one.options)
        )
        made.append(f"::Q{one.number}:: {one.stem} {{{' '.join(answers)}}}\n")
    return "\n".join(made).encode()


FORMATS = {
    "docx, marks": word_marks,
    "docx, key at the end": word_key,
    "docx, table": word_table,
    "xlsx, key": lambda bank: workbook(*_rows(bank)),
    "xlsx, marked cells": excel_marked,
    "ods": lambda bank: opendocument(*_rows(bank)),
    "csv": separated,
    "csv, UTF-16": lambda bank: separated(bank, "utf-16"),
    "text": typed,
    "aiken": lambda bank: typed(bank, key="ANSWER: {}", label=""),
    "gift": gift,
    "yaml": lambda bank: write_bank(bank, "yaml", code="do", title="Đo", number=1),
}


def measured(content, bank, *, runs):
    """Return what reading a file costs; stop on the first key that is another."""
    found = []
    for _ in range(runs):
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        reading = read_bank(content)
        wall = time.perf_counter() - wall
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append((wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    assert [one.right for one in reading.drafts] == [one.right for one in bank], reading.errors[:3]
    assert [one.options for one in reading.drafts] == [one.options for one in bank]
    walls, cpus = zip(*found, strict=True)
    return {"wall_s": _spread(walls), "cpu_s": _spread(cpus)}


def _spread(seconds):
    """Return least, median and most."""
    return [round(one, 2) for one in (min(seconds), median(seconds), max(seconds))]


@click.command()
@click.option("--sizes", default="100,1000,5000", show_default=True, help="Questions per file.")
@click.option("--runs", type=click.IntRange(1, 20), default=3, show_default=True)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep the files.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def banks(sizes, runs, keep, files):
    """Read files of questions of every format; `files` of the same questions are read as well."""
    found, before = [], yardstick()
    for size in map(int, sizes.split(",")):
        bank = written_bank(size)
        made = {form: make(bank) for form, make in FORMATS.items()}
        made |= {one.name: one.read_bytes() for one in files if str(size) in one.stem.split("-")}
        for form, content in made.items():
            about = {"format": form, "questions": size, "kb": len(content) // 1024}
            found.append(about | measured(content, bank, runs=runs))
            click.echo(json.dumps(found[-1], ensure_ascii=False), err=True)
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{form.replace(', ', '-')}-{size}").write_bytes(content)
    told = {"programme": "banks", "runs": runs, "files": found}
    told["yardstick_ms"] = (before + yardstick()) / 2
    click.echo(json.dumps(told, ensure_ascii=False, indent=1))
