"""Every knob in plain words: its name, what it does with an example, what its values mean.

A knob that has no words here yet is shown under its own name: a new one can be used at once.
"""

from collections.abc import Mapping
from typing import NamedTuple

from quizapp.errors import N_
from quizapp.web.language import translated


class KnobWords(NamedTuple):
    title: str
    help: str


GROUPS: Mapping[str, str] = {
    "eligibility": N_("Ai được dự thi"),
    "registration_fields": N_("Ai được dự thi"),
    "attempts": N_("Lượt thi"),
    "score": N_("Điểm"),
    "prediction": N_("Câu dự đoán"),
    "ranking": N_("Xếp hạng"),
    "whole_contest": N_("Cả cuộc thi"),
    "reveal": N_("Công bố"),
    "individual_prizes": N_("Giải thưởng"),
    "collective_prizes": N_("Giải thưởng"),
    "boards": N_("Chia bảng"),
    "clock": N_("Đồng hồ"),
    "paper": N_("Đề thi"),
}
OTHER_GROUP = N_("Khác")
KNOBS: Mapping[str, KnobWords] = {
    "eligibility.min_age": KnobWords(
        N_("Tuổi nhỏ nhất"), N_("Ví dụ 16: người sinh năm 2010 được thi trong năm 2026.")
    ),
    "eligibility.exclude_roles": KnobWords(
        N_("Ai không được dự thi"), N_("Ví dụ: người ra đề biết câu hỏi nên không dự thi.")
    ),
    "registration_fields.birth_year": KnobWords(
        N_("Năm sinh khi ghi danh"),
        N_("Chỉ hỏi khi cần kiểm tra tuổi: càng hỏi ít, người thi càng nhanh vào bài."),
    ),
    "paper.questions": KnobWords(N_("Số câu mỗi đề"), N_("Ví dụ 20: mỗi người làm 20 câu.")),
    "paper.minutes": KnobWords(
        N_("Số phút làm bài"), N_("Ví dụ 20: bắt đầu lúc 12:11 thì hết giờ lúc 12:31.")
    ),
    "paper.quota": KnobWords(
        N_("Số câu của từng chủ đề"),
        N_(
            "Ví dụ: Tiền lương 12, An toàn 8. Cộng lại phải bằng số câu mỗi đề; bỏ trống hết thì"
            " rút bất kỳ."
        ),
    ),
    "paper.options_min": KnobWords(
        N_("Ít nhất mấy phương án"), N_("Ví dụ 3: câu chỉ có hai phương án không được rút.")
    ),
    "paper.options_max": KnobWords(
        N_("Nhiều nhất mấy phương án"), N_("Ví dụ 4: câu có năm phương án không được rút.")
    ),
    "paper.shuffle_questions": KnobWords(
        N_("Đảo thứ tự câu"), N_("Người ngồi cạnh thấy câu 1 khác, nên khó chép bài.")
    ),
    "paper.shuffle_options": KnobWords(
        N_("Đảo thứ tự phương án"),
        N_("Đáp án A của người này là C của người kia. Câu có “cả A và B” thì giữ nguyên."),
    ),
    "attempts.per": KnobWords(
        N_("Đếm số lượt theo"), N_("Ví dụ 2 lượt mỗi vòng: tuần sau lại có 2 lượt mới.")
    ),
    "attempts.max": KnobWords(
        N_("Số lượt mỗi người"), N_("Ví dụ 2: thi chưa tốt thì được làm lại một lần.")
    ),
    "attempts.counts": KnobWords(
        N_("Lượt nào được tính"), N_("Ví dụ lấy lượt cao nhất: 15 rồi 18 điểm thì tính 18.")
    ),
    "prediction": KnobWords(
        N_("Câu dự đoán"),
        N_("Một câu hỏi phụ để phân hạng người bằng điểm, ví dụ “bao nhiêu người đúng hết?”."),
    ),
    "ranking": KnobWords(
        N_("Thứ tự xét khi xếp hạng"),
        N_("Ví dụ: nhiều điểm hơn, rồi dự đoán gần hơn, rồi làm nhanh hơn."),
    ),
    "whole_contest.mode": KnobWords(
        N_("Các vòng thành kết quả chung"), N_("Ví dụ cộng mọi vòng: 18 + 20 + 16 = 54 điểm.")
    ),
    "whole_contest.rounds": KnobWords(
        N_("Cộng mấy vòng tốt nhất"), N_("Chỉ ghi khi chọn “cộng các vòng tốt nhất”, ví dụ 2.")
    ),
    "whole_contest.ranking": KnobWords(
        N_("Thứ tự xét của cả cuộc thi"), N_("Bỏ trống thì xét như mỗi vòng.")
    ),
    "clock.grace_seconds": KnobWords(
        N_("Chờ mạng khi hết giờ (giây)"),
        N_("Ví dụ 15: bấm nộp đúng giây cuối, mạng chậm 10 giây vẫn nhận. Không phải thêm giờ."),
    ),
    "clock.resolution_ms": KnobWords(
        N_("So thời gian theo từng (phần nghìn giây)"),
        N_("Ví dụ 1000: 9 phút 05,2 giây và 9 phút 05,8 giây coi là bằng nhau."),
    ),
    "score.per_correct": KnobWords(N_("Điểm một câu đúng"), N_("Ví dụ 1, hoặc 0,5.")),
    "score.wrong": KnobWords(
        N_("Điểm một câu sai"), N_("Thường là 0; ví dụ -0,25 để trừ người đoán bừa.")
    ),
    "score.blank": KnobWords(N_("Điểm một câu bỏ trống"), N_("Thường là 0.")),
    "score.pass_mark": KnobWords(
        N_("Điểm đạt"), N_("Ví dụ 15: từ 15 điểm là đạt. Bỏ trống nếu thể lệ không có.")
    ),
    "reveal.score": KnobWords(
        N_("Khi nào xem được điểm"),
        N_("Ví dụ ngay sau khi nộp: người thi biết mình được mấy điểm."),
    ),
    "reveal.answers": KnobWords(
        N_("Khi nào xem được đáp án"),
        N_("Công bố khi còn người chưa thi thì đáp án truyền tay: nên đợi hết vòng."),
    ),
    "individual_prizes.per_round": KnobWords(
        N_("Giải cá nhân mỗi vòng"),
        N_("Ví dụ 1, 2, 3, 10: một nhất, hai nhì, ba ba, mười khuyến khích."),
    ),
    "individual_prizes.per_board_per_round": KnobWords(
        N_("Giải cá nhân mỗi bảng, mỗi vòng"), N_("Chỉ ghi khi chia bảng, ví dụ 1, 2, 3, 30.")
    ),
    "individual_prizes.total": KnobWords(N_("Giải cá nhân cả cuộc thi"), N_("Ví dụ 1, 5, 10, 20.")),
    "individual_prizes.cap": KnobWords(
        N_("Mỗi người nhiều nhất mấy giải"),
        N_("Ví dụ 1 giải cả cuộc thi: giải sau nhường cho người kế tiếp."),
    ),
    "boards": KnobWords(
        N_("Các bảng A, B, C…"),
        N_(
            "Mỗi dòng một bảng, rồi dấu hai chấm và mã đơn vị hoặc loại đơn vị, ví dụ “Khối"
            " trường: S_GIAO_DUC”. Dòng không ghi mã nhận mọi người còn lại. Bỏ trống: không chia."
        ),
    ),
    "collective_prizes": KnobWords(
        N_("Giải tập thể"), N_("Ví dụ 3 giải cho đơn vị đông người dự thi nhất; 0 là không có.")
    ),
}
YES, NO = N_("Có"), N_("Không")
KEYS: Mapping[str, str] = {
    "score desc": N_("nhiều điểm hơn"),
    "total desc": N_("tổng điểm cao hơn"),
    "prediction_error asc": N_("dự đoán gần đúng hơn"),
    "duration asc": N_("làm bài nhanh hơn"),
    "submitted_at asc": N_("nộp sớm hơn"),
    "started_at asc": N_("bắt đầu sớm hơn"),
    "login_at asc": N_("vào thi sớm hơn"),
    "perfect_sittings desc": N_("nhiều lượt đúng hết hơn"),
    "manual": N_("ban tổ chức quyết định, có biên bản"),
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "eligibility.exclude_roles": {
        "organiser": N_("Ban tổ chức"),
        "secretary": N_("Tổ thư ký"),
        "question_board": N_("Người ra đề"),
        "judge": N_("Giám khảo"),
    },
    "registration_fields.birth_year": {
        "off": N_("Không hỏi"),
        "optional": N_("Hỏi, không bắt buộc"),
        "required": N_("Bắt buộc"),
    },
    "attempts.per": {
        "round": N_("Mỗi vòng"),
        "day": N_("Mỗi ngày"),
        "contest": N_("Cả cuộc thi"),
    },
    "attempts.counts": {
        "best": N_("Lượt cao điểm nhất"),
        "best_then_earliest": N_("Lượt cao điểm nhất, bằng điểm thì lượt sớm nhất"),
        "first": N_("Lượt đầu"),
        "last": N_("Lượt cuối"),
        "mean": N_("Trung bình các lượt"),
        "only": N_("Chỉ có một lượt"),
    },
    "attempts.max": {"unlimited": N_("Không hạn chế số lượt")},
    "prediction": {
        "target": N_("Dự đoán điều gì"),
        "scope": N_("Của"),
        "": N_("Không có câu dự đoán"),
        "unique_all_correct": N_("Bao nhiêu người đúng tất cả các câu"),
        "unique_participants": N_("Bao nhiêu người dự thi"),
        "attempts": N_("Bao nhiêu lượt thi"),
        "round": N_("Vòng thi"),
        "contest": N_("Cả cuộc thi"),
    },
    "ranking": KEYS,
    "whole_contest.ranking": KEYS,
    "whole_contest.mode": {
        "sum": N_("Cộng điểm mọi vòng"),
        "best_of": N_("Cộng điểm các vòng tốt nhất của mỗi người"),
        "per_round": N_("Mỗi vòng xếp hạng riêng"),
    },
    "reveal.score": {
        "after_submit": N_("Ngay sau khi nộp bài"),
        "after_round_close": N_("Khi vòng thi đóng"),
        "after_contest_end": N_("Khi cuộc thi kết thúc"),
        "never": N_("Không công bố"),
    },
    "reveal.answers": {
        "after_round_close": N_("Khi vòng thi đóng"),
        "after_contest_end": N_("Khi cuộc thi kết thúc"),
        "never": N_("Không công bố"),
    },
    "individual_prizes.cap": {
        "per_person_per_round": N_("Một vòng"),
        "per_person_per_contest": N_("Cả cuộc thi"),
    },
    "collective_prizes": {
        "1": N_("Số giải: đông người dự thi nhất"),
        "1-boards": N_("…cho các bảng (* là mọi bảng, bỏ trống là xếp chung)"),
        "2": N_("Số giải: tỷ lệ đoàn viên dự thi cao nhất"),
        "2-boards": N_("…cho các bảng (* là mọi bảng, bỏ trống là xếp chung)"),
        "3": N_("Số giải: tỷ lệ dự thi cộng điểm thưởng"),
        "3-boards": N_("…cho các bảng (* là mọi bảng, bỏ trống là xếp chung)"),
        "first": N_("Điểm thưởng một giải nhất"),
        "second": N_("Điểm thưởng một giải nhì"),
        "third": N_("Điểm thưởng một giải ba"),
    },
}


def knob_title(knob: str) -> str:
    """Return what a knob is called in the reader's language, its own name when it has no words."""
    return translated(KNOBS[knob].title) if knob in KNOBS else knob


def knob_help(knob: str) -> str:
    """Return what a knob does, in one sentence with an example."""
    return translated(KNOBS[knob].help) if knob in KNOBS else ""


def choice_words(knob: str, choice: str) -> str:
    """Return what a value or a part of a knob means."""
    words = CHOICES.get(knob, {}).get(choice)
    return choice if words is None else translated(words)


def group_words(knob: str) -> str:
    """Return under which heading a knob stands."""
    return translated(GROUPS.get(knob.partition(".")[0], OTHER_GROUP))
