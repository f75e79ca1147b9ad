"""The regulation of a contest in Vietnamese, written from its rules: every number is theirs. Pure.

It is a Vietnamese document, printed, signed and read out as one: it is not translated. Each point
is compared with the signed paper by itself, so its name changes with its words.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from quizapp.contests.rules import ContestRules, Counts, Per, Reveal, WholeContest
from quizapp.contests.rules.knobs import CollectivePrize
from quizapp.contests.rules.schedule import Window
from quizapp.errors import N_
from quizapp.said import Said, said
from quizapp.vietnamese import VIETNAM


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One point of the regulation; `lines` after its first sentence stand below each other."""

    title: str
    text: str
    lines: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what this point is ticked by: other words give another name."""
        whole = "\n".join((self.title, self.text, *self.lines))
        return hashlib.sha256(whole.encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What the regulation says beside the rules: who holds the contest, when, and whose data."""

    title: str
    owner: str
    controller: str
    address: str
    contact: str
    bank: str
    windows: Sequence[Window]
    retention_months: int


def regulation(rules: ContestRules, held: Held) -> tuple[Point, ...]:
    """Return the points of the regulation in their order."""
    return tuple(_points(rules, held))


def _points(rules: ContestRules, held: Held) -> Iterator[Point]:
    yield Point(title="Tên và đơn vị tổ chức", text=f"{held.title}. Đơn vị tổ chức: {held.owner}.")
    yield _who(rules)
    yield _when(held.windows)
    yield _paper(rules, held.bank)
    yield _attempts(rules)
    yield _points_of_answers(rules)
    if rules.prediction:
        yield _prediction(rules)
    yield _ranking(rules)
    if len(held.windows) > 1:
        yield _whole(rules)
    if rules.divisions:
        yield _divisions(rules)
    yield from _prizes(rules)
    yield _reveal(rules)
    yield _technical(rules)
    yield _data(rules, held)


def _who(rules: ContestRules) -> Point:
    text = f"Người từ đủ {rules.min_age} tuổi."
    if rules.excluded_roles:
        text += f" Không dự thi: {', '.join(ROLES[role] for role in rules.excluded_roles)}."
    asked = {"off": "", "optional": ", năm sinh (không bắt buộc)", "required": ", năm sinh"}
    text += f" Mỗi số điện thoại ghi danh một lần, với họ tên, đơn vị{asked[rules.birth_year]}."
    return Point(title="Đối tượng dự thi", text=text)


def _when(windows: Sequence[Window]) -> Point:
    lines = tuple(
        f"Vòng {number}: từ {opening(window.opens_at)} đến {closing(window.closes_at)}."
        for number, window in enumerate(windows, start=1)
    )
    count = "Một vòng" if len(windows) == 1 else f"{len(windows)} vòng"
    return Point(
        title="Thời gian", text=f"{count}, theo giờ Việt Nam, máy chủ tính giờ.", lines=lines
    )


def _paper(rules: ContestRules, bank: str) -> Point:
    text = (
        f"Mỗi bài {rules.questions} câu trắc nghiệm, làm trong {rules.minutes} phút, rút từ bộ câu"
        f" hỏi “{bank}”; mỗi câu có từ {rules.options_min} đến {rules.options_max} phương án."
    )
    if rules.shuffle_questions:
        text += " Thứ tự câu của mỗi người khác nhau."
    if rules.shuffle_options:
        text += " Thứ tự phương án của mỗi người khác nhau."
    lines = tuple(f"{topic}: {count} câu." for topic, count in rules.quota.items())
    return Point(title="Đề thi", text=text, lines=lines)


def _attempts(rules: ContestRules) -> Point:
    within = {Per.ROUND: "mỗi vòng", Per.DAY: "mỗi ngày", Per.CONTEST: "trong cả cuộc thi"}
    if rules.is_unlimited:
        text = "Không hạn chế số lượt thi."
    else:
        text = (
            f"Mỗi người được thi nhiều nhất {rules.attempts_max} lượt {within[rules.attempts_per]}."
        )
    has_several = rules.is_unlimited or rules.attempts_max > 1 or rules.attempts_per is Per.DAY
    return Point(
        title="Số lượt thi", text=f"{text} {COUNTED[rules.counts]}" if has_several else text
    )


def _points_of_answers(rules: ContestRules) -> Point:
    text = (
        f"Mỗi câu đúng được {points(rules.right_milli)} điểm, sai {points(rules.wrong_milli)} điểm,"
        f" bỏ trống {points(rules.blank_milli)} điểm."
    )
    if rules.pass_milli is not None:
        text += f" Đạt từ {points(rules.pass_milli)} điểm."
    return Point(title="Cách tính điểm", text=text)


def _prediction(rules: ContestRules) -> Point:
    asked = TARGETS[rules.target or ""]
    within = "vòng thi" if rules.prediction_scope == "round" else "cuộc thi"
    text = (
        f"Mỗi bài có một câu dự đoán: {asked} của {within}. Dự đoán lấy ở lượt thi được tính, chỉ"
        " dùng để xếp hạng; bỏ trống thì xếp sau người có dự đoán. Con số đúng do máy chủ đếm khi"
        f" chốt kết quả {within}."
    )
    return Point(title="Câu dự đoán", text=text)


def _ranking(rules: ContestRules) -> Point:
    lines = _keys(rules.ranking)
    step = Decimal(rules.resolution_ms) / 1000
    text = f"Lần lượt xét, thời gian so theo từng {decimal(step)} giây:"
    return Point(title="Xếp hạng", text=text, lines=lines)


def _whole(rules: ContestRules) -> Point:
    text = {
        WholeContest.SUM: "Cả cuộc thi: cộng điểm mọi vòng.",
        WholeContest.BEST_OF: f"Cả cuộc thi: cộng điểm {rules.whole_rounds} vòng tốt nhất của mỗi"
        " người.",
        WholeContest.PER_ROUND: "Mỗi vòng xếp hạng riêng, không xếp chung cả cuộc thi.",
    }[rules.whole_mode]
    lines = _keys(rules.whole_ranking)
    return Point(title="Xếp hạng cả cuộc thi", text=text, lines=lines)


def _keys(ranking: Sequence[str]) -> tuple[str, ...]:
    """Return a line for each thing that is looked at, and what those are who are equal in all."""
    lines = tuple(f"{place}. {KEYS[key]}." for place, key in enumerate(ranking, start=1))
    return lines if not lines or ranking[-1] == "manual" else (*lines, EQUALS)


def _divisions(rules: ContestRules) -> Point:
    lines = tuple(
        f"Bảng {LETTERS[place]}: {one.title}." for place, one in enumerate(rules.divisions)
    )
    text = "Mỗi người thuộc một bảng, theo đơn vị của mình:"
    return Point(title="Chia bảng", text=text, lines=lines)


def _prizes(rules: ContestRules) -> Iterator[Point]:
    given = (
        ("Mỗi vòng", rules.individual_prizes),
        ("Mỗi bảng, mỗi vòng", rules.division_prizes),
        ("Cả cuộc thi", rules.total_prizes),
    )
    lines = [f"{of}: {_counted(counts)}." for of, counts in given if counts]
    # In an order of their own: stored rules have theirs sorted, typed ones as a page asks.
    caps = rules.prize_caps
    lines += [words.format(n=caps[name]) for name, words in CAPS.items() if name in caps]
    if lines:
        yield Point(title="Giải cá nhân", text="Cơ cấu giải:", lines=tuple(lines))
    if rules.collective_prizes:
        lines = [f"{_collective(prize, rules)}." for prize in rules.collective_prizes]
        yield Point(title="Giải tập thể", text="Cơ cấu giải:", lines=tuple(lines))


def _counted(counts: Sequence[int]) -> str:
    names = [*PRIZES, *(f"giải hạng {place}" for place in range(5, len(counts) + 1))]
    return ", ".join(f"{count} {name}" for count, name in zip(counts, names, strict=False))


def _collective(prize: CollectivePrize, rules: ContestRules) -> str:
    words = f"{prize.places} giải cho đơn vị {METRICS[prize.metric]}"
    if prize.points:
        added = ", ".join(
            f"{words} {prize.points[name]} điểm"
            for name, words in PLACES.items()
            if name in prize.points
        )
        words += f" ({added})"
    if prize.boards is None:
        return words
    named = [
        LETTERS[place] for place, one in enumerate(rules.divisions) if one.name in prize.boards
    ]
    return f"Mỗi bảng{' ' + ', '.join(named) if named else ''}: {words}"


def _reveal(rules: ContestRules) -> Point:
    answers = REVEALED[rules.reveal_answers]
    if rules.reveal_answers is Reveal.AFTER_ROUND_CLOSE:
        answers += " và không vòng nào còn dùng bộ câu hỏi đó"
    text = f"Điểm: {REVEALED[rules.reveal_score]}. Đáp án: {answers}."
    if rules.target is not None:
        text += f" {hidden_words(rules.target)}"
    return Point(title="Công bố", text=text)


def hidden_words(target: str) -> str:
    """Return what stays hidden while this target is open, and why."""
    return HIDDEN[target]


def _technical(rules: ContestRules) -> Point:
    text = (
        "Bài tự lưu sau mỗi lần chọn; mất mạng hay đổi máy thì vào lại làm tiếp đúng bài đó,"
        " đồng hồ vẫn chạy. Hết giờ mà chưa nộp thì máy chủ chấm những câu đã lưu. Câu trả lời gửi"
        f" trước giờ hết bài mà mạng chuyển đến chậm nhất {rules.grace_seconds} giây vẫn được nhận."
    )
    return Point(title="Làm bài và sự cố", text=text)


def _data(rules: ContestRules, held: Held) -> Point:
    asked = "họ tên, số điện thoại, đơn vị"
    asked += "" if rules.birth_year == "off" else ", năm sinh"
    where = f", địa chỉ: {held.address}" if held.address else ""
    how = f", liên hệ: {held.contact}" if held.contact else ""
    text = (
        f"Bên kiểm soát dữ liệu: {held.controller}{where}{how}. Chỉ thu thập {asked}, chỉ dùng cho"
        " cuộc thi này. Họ tên chỉ hiện đầy đủ trên bảng xếp hạng khi người dự thi đồng ý."
        f" Dữ liệu được giữ {held.retention_months} tháng sau khi vòng cuối đóng rồi xóa; người dự"
        " thi xem, sửa, lấy bản sao, rút lại sự đồng ý và xóa ở trang “Dữ liệu của tôi”."
    )
    return Point(title="Dữ liệu cá nhân", text=text)


def opening(at: datetime) -> Said:
    """`07h00 ngày 30/11/2026`"""
    local = at.astimezone(VIETNAM)
    return _of_day(f"{local:%H}", f"{local:%M}", local)


def closing(at: datetime) -> Said:
    """`21h00 ngày 06/12/2026`; midnight is 24h00 of the day that ends."""
    local = at.astimezone(VIETNAM)
    if local.time() == time():
        return _of_day("24", "00", local - timedelta(days=1))
    return opening(at)


def _of_day(hour: str, minute: str, day: date) -> Said:
    return said(N_("{hour}h{minute} ngày {day}"), hour=hour, minute=minute, day=f"{day:%d/%m/%Y}")


def points(milli: int) -> str:
    """Return points stored as thousandths, as Vietnamese writes them: `-0,5`."""
    return decimal(Decimal(milli) / 1000)


def decimal(value: Decimal) -> str:
    """Return a number with a decimal comma and no zeros that say nothing."""
    return f"{value.normalize():f}".replace(".", ",")


LETTERS = "ABCDEFGHIJKLMNOPQRST"
PRIZES = ("giải nhất", "giải nhì", "giải ba", "giải khuyến khích")
ROLES = {
    "organiser": "ban tổ chức",
    "secretary": "tổ thư ký",
    "question_board": "người ra đề",
    "judge": "giám khảo",
}
COUNTED = {
    Counts.BEST: "Lấy lượt cao điểm nhất.",
    Counts.BEST_THEN_EARLIEST: "Lấy lượt cao điểm nhất, bằng điểm thì lấy lượt sớm nhất.",
    Counts.FIRST: "Lấy lượt đầu.",
    Counts.LAST: "Lấy lượt cuối.",
    Counts.MEAN: "Lấy điểm và thời gian trung bình của các lượt.",
    Counts.ONLY: "",
}
TARGETS = {
    "unique_all_correct": "số người trả lời đúng tất cả các câu",
    "unique_participants": "số người dự thi",
    "attempts": "tổng số lượt thi",
}
COUNTS_HIDDEN = N_(
    "Trước khi chốt, không hiện số người, số lượt và tỷ lệ của các đơn vị: cộng lại là ra con số"
    " phải dự đoán. Đơn vị chỉ hiện theo nhóm hạng; hạng của từng người chỉ hiện đến 100."
)
HIDDEN = {
    "unique_all_correct": N_(
        "Trước khi chốt, hạng của từng người chỉ hiện đến 100: xem tiếp thì đếm được số người đúng"
        " hết, là điều phải dự đoán. Số người dự thi vẫn hiện."
    ),
    "unique_participants": COUNTS_HIDDEN,
    "attempts": COUNTS_HIDDEN,
}
EQUALS = "Bằng nhau ở mọi điều trên thì đồng hạng."
KEYS = {
    "score desc": "Nhiều điểm hơn",
    "total desc": "Tổng điểm cao hơn",
    "prediction_error asc": "Dự đoán gần đúng hơn",
    "duration asc": "Làm bài nhanh hơn",
    "submitted_at asc": "Nộp bài sớm hơn",
    "started_at asc": "Bắt đầu làm bài sớm hơn",
    "login_at asc": "Vào thi sớm hơn",
    "perfect_sittings desc": "Nhiều lượt đúng hết hơn",
    "manual": "Ban tổ chức quyết định, có biên bản",
}
CAPS = {
    "per_person_per_round": "Mỗi người nhận nhiều nhất {n} giải một vòng.",
    "per_person_per_contest": "Mỗi người nhận nhiều nhất {n} giải cả cuộc thi, lấy giải cao hơn.",
}
METRICS = {
    "unique_participants": "có đông người dự thi nhất",
    "participation_ratio": "có tỷ lệ đoàn viên dự thi cao nhất",
    "participation_percent + prize_points": "có tỷ lệ dự thi cộng điểm thưởng từ giải cá nhân cao"
    " nhất",
}
PLACES = {"first": "giải nhất", "second": "giải nhì", "third": "giải ba"}
REVEALED = {
    Reveal.AFTER_SUBMIT: "ngay sau khi nộp bài",
    Reveal.AFTER_ROUND_CLOSE: "khi vòng thi đóng",
    Reveal.AFTER_CONTEST_END: "khi cuộc thi kết thúc",
    Reveal.NEVER: "không công bố",
}
