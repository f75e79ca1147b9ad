"""What roles and permissions are called where people read them."""

from collections.abc import Mapping

from quizapp.errors import N_
from quizapp.people.roles import Role
from quizapp.people.rules.policy import Permission
from quizapp.web.language import translated

ROLE_WORDS: Mapping[Role, str] = {
    Role.OWNER: N_("Phụ trách"),
    Role.ORGANISER: N_("Ban tổ chức"),
    Role.QUESTION_WRITER: N_("Soạn câu hỏi"),
    Role.HELP_DESK: N_("Hỗ trợ thí sinh"),
    Role.AUDITOR: N_("Giám sát"),
    Role.VIEWER: N_("Chỉ xem"),
}
PERMISSION_WORDS: Mapping[Permission, str] = {
    Permission.SEE_CONTESTS: N_("Xem các cuộc thi và ngân hàng câu hỏi của đơn vị"),
    Permission.RUN_CONTESTS: N_("Lập và điều hành cuộc thi"),
    Permission.SEE_PEOPLE: N_("Tìm và xem người dự thi, xem kết quả trước khi chốt"),
    Permission.ASSIGN_UNITS: N_("Sửa đơn vị của người dự thi và lượt thi"),
    Permission.HELP_PEOPLE: N_(
        "Giúp người dự thi: mã PIN, tên, số điện thoại, thêm giờ, yêu cầu trợ giúp"
    ),
    Permission.DECIDE: N_("Loại, khôi phục, gộp người dự thi; phân định đồng hạng; chốt kết quả"),
    Permission.COUNT_MEMBERS: N_("Nhập và khóa số đoàn viên"),
    Permission.WRITE_QUESTIONS: N_("Nạp và công bố ngân hàng câu hỏi, xem đáp án"),
    Permission.SEE_EXACT_COUNTS: N_("Xem số liệu chính xác cả khi còn câu dự đoán đang mở"),
    Permission.READ_AUDIT: N_("Đọc nhật ký"),
    Permission.GRANT_ROLES: N_("Giao và thu quyền, mời người vào ban tổ chức"),
}

# What the log calls a deed, in words; one that is missing is shown by its code.
DEED_WORDS: Mapping[str, str] = {
    "attempt.correct_unit": N_("Sửa đơn vị của lượt thi"),
    "attempt.restore": N_("Khôi phục lượt thi"),
    "attempt.void": N_("Loại lượt thi"),
    "audit.verified": N_("Kiểm tra nhật ký"),
    "bank.keys_seen": N_("Xem đáp án"),
    "bank.keys_exported": N_("Xuất đáp án ra tệp"),
    "bank.publish": N_("Công bố ngân hàng câu hỏi"),
    "contest.archive": N_("Cất cuộc thi đi"),
    "contest.create": N_("Lập cuộc thi"),
    "contest.rule_on_questions": N_("Quyết định các câu ngoài hiệu lực"),
    "contest.empty": N_("Kết thúc và xóa hết một buổi thi thử"),
    "contest.rehearse": N_("Mở thi thử"),
    "contest.unarchive": N_("Lấy lại cuộc thi"),
    "contest.freeze": N_("Giữ nguyên bảng xếp hạng"),
    "contest.thaw": N_("Mở bảng xếp hạng cho mọi người"),
    "event.begin_reveal": N_("Bắt đầu công bố từng hạng"),
    "event.change": N_("Sửa một buổi ở hội trường"),
    "event.create": N_("Lập một buổi ở hội trường"),
    "event.renew_link": N_("Đổi đường dẫn màn hình"),
    "event.reveal": N_("Công bố một hạng"),
    "event.say": N_("Chiếu một lời nhắn"),
    "head_count.enter": N_("Nhập số đoàn viên"),
    "head_count.lock": N_("Khóa số đoàn viên"),
    "invitation.discarded": N_("Bỏ tệp mời"),
    "invitation.links_made": N_("Làm danh sách liên kết"),
    "invitation.phones_and_links_exported": N_("Tải danh sách liên kết có số điện thoại"),
    "invitation.phones_seen": N_("Xem danh sách có số điện thoại"),
    "invitation.sent": N_("Mời nhiều người"),
    "invitation.sheet_kept": N_("Nạp tệp mời"),
    "job.ask": N_("Yêu cầu một việc chạy nền"),
    "job.cancel": N_("Huỷ một việc chạy nền"),
    "organiser.added": N_("Thêm người vào ban tổ chức"),
    "organiser.granted": N_("Giao quyền"),
    "organiser.password_set": N_("Đặt mật khẩu"),
    "organiser.recovery_code_used": N_("Dùng mã dự phòng"),
    "organiser.recovery_codes_made": N_("Tạo mã dự phòng mới"),
    "organiser.reset_link_made": N_("Tạo liên kết đặt lại mật khẩu"),
    "organiser.revoked": N_("Thu quyền"),
    "organiser.second_step_off": N_("Tắt xác thực hai bước"),
    "organiser.second_step_on": N_("Bật xác thực hai bước"),
    "organiser.session_ended": N_("Kết thúc một phiên đăng nhập"),
    "organiser.sessions_ended": N_("Kết thúc mọi phiên đăng nhập"),
    "organiser.setup_link_made": N_("Tạo liên kết đặt mật khẩu"),
    "organiser.signed_in": N_("Đăng nhập"),
    "organiser.signed_out": N_("Đăng xuất"),
    "person.correct_unit": N_("Sửa đơn vị của người dự thi"),
    "person.look_up": N_("Tìm người dự thi theo số điện thoại"),
    "person.merge": N_("Gộp hai tên ghi danh"),
    "person.restore": N_("Khôi phục người dự thi"),
    "person.void": N_("Loại người dự thi"),
    "press.report": N_("Lập báo cáo số liệu"),
    "round.ask_close": N_("Yêu cầu chốt kết quả"),
    "round.ask_undo_close": N_("Yêu cầu bỏ chốt kết quả"),
    "round.begin_close": N_("Bắt đầu chốt kết quả"),
    "round.close": N_("Chốt kết quả"),
    "round.compensate": N_("Bù giờ mất dịch vụ"),
    "round.grant_time": N_("Cho thêm giờ"),
    "round.pause": N_("Tạm dừng vòng thi"),
    "round.resume": N_("Mở lại vòng thi"),
    "round.rule_on_question": N_("Quyết định một câu ngoài hiệu lực"),
    "round.undo_close": N_("Bỏ chốt kết quả"),
    "round.undo_ruling": N_("Trở lại quyết định trước về câu ngoài hiệu lực"),
    "round.withdraw_time": N_("Rút lại giờ đã cho thêm"),
    "standings.place_by_hand": N_("Phân định đồng hạng"),
    "typed_units.decide": N_("Quyết định đơn vị ghi tự do"),
    "units.load": N_("Nạp danh mục đơn vị"),
}


def deed_words(action: str) -> str:
    """Return a deed in words of the reader's language, by its code when it has none."""
    return translated(DEED_WORDS[action]) if action in DEED_WORDS else action
