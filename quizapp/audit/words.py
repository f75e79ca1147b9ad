"""What the actions and actors of the log are called where people read them."""

from collections.abc import Mapping

from quizapp.errors import N_
from quizapp.vietnamese import fold
from quizapp.web.language import translated

# One table for all features: a test looks for every action that the code writes into the log.
DEED_WORDS: Mapping[str, str] = {
    "attempt.correct_unit": N_("Sửa đơn vị của lượt thi"),
    "attempt.give_back": N_("Trả lại lượt thi"),
    "attempt.restore": N_("Khôi phục lượt thi"),
    "attempt.void": N_("Loại lượt thi"),
    "audit.verified": N_("Kiểm tra nhật ký"),
    "backup.make": N_("Sao lưu"),
    "backup.new_code": N_("Đổi mã mở bản sao lưu"),
    "backup.restore": N_("Khôi phục từ bản sao lưu"),
    "bank.bring": N_("Nạp tệp câu hỏi"),
    "bank.discard": N_("Bỏ tệp câu hỏi đang rà soát"),
    "bank.keys_exported": N_("Xuất đáp án ra tệp"),
    "bank.keys_seen": N_("Xem đáp án"),
    "bank.mend_question": N_("Sửa hoặc quyết định một câu đang rà soát"),
    "bank.publish": N_("Công bố ngân hàng câu hỏi"),
    "bank.undo_edit": N_("Hoàn tác lần sửa một câu đang rà soát"),
    "contest.add_document": N_("Thêm tài liệu ôn tập"),
    "contest.approve": N_("Duyệt thể lệ của cuộc thi"),
    "contest.archive": N_("Cất cuộc thi đi"),
    "contest.change": N_("Đổi thể lệ của cuộc thi đã duyệt"),
    "contest.choose_practice": N_("Chọn ngân hàng để luyện tập"),
    "contest.create": N_("Lập cuộc thi"),
    "contest.empty": N_("Kết thúc và xóa hết một buổi thi thử"),
    "contest.freeze": N_("Giữ nguyên bảng xếp hạng"),
    "contest.look": N_("Đổi màu hoặc ảnh của cuộc thi"),
    "contest.rehearse": N_("Mở thi thử"),
    "contest.remove_document": N_("Bỏ tài liệu ôn tập"),
    "contest.rule_on_questions": N_("Quyết định các câu ngoài hiệu lực"),
    "contest.show_document": N_("Đổi lúc hiện tài liệu ôn tập"),
    "contest.thaw": N_("Mở bảng xếp hạng cho mọi người"),
    "contest.unarchive": N_("Lấy lại cuộc thi"),
    "draft.approve": N_("Duyệt bản nháp"),
    "draft.archive": N_("Cất bản nháp đi"),
    "draft.begin": N_("Bắt đầu một bản nháp"),
    "draft.save": N_("Sửa bản nháp"),
    "draft.sign": N_("Tải bản đã ký lên"),
    "draft.unarchive": N_("Lấy lại bản nháp"),
    "event.begin_reveal": N_("Bắt đầu công bố từng hạng"),
    "event.change": N_("Sửa một buổi ở hội trường"),
    "event.create": N_("Lập một buổi ở hội trường"),
    "event.pack": N_("Yêu cầu gói buổi lễ thành tệp"),
    "event.packed": N_("Gói xong buổi lễ thành tệp"),
    "event.rehearse": N_("Diễn tập một buổi ở hội trường"),
    "event.renew_link": N_("Đổi đường dẫn màn hình"),
    "event.reveal": N_("Công bố một hạng"),
    "event.say": N_("Chiếu một lời nhắn"),
    "head_count.enter": N_("Nhập số đoàn viên"),
    "head_count.import": N_("Nhập số đoàn viên từ tệp"),
    "head_count.import_locked": N_("Nhập và khóa số đoàn viên từ tệp"),
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
    "person.correct_name": N_("Sửa họ tên người dự thi"),
    "person.correct_unit": N_("Sửa đơn vị của người dự thi"),
    "person.free_phone": N_("Gỡ số điện thoại của người dự thi"),
    "person.give_phone": N_("Đổi số điện thoại của người dự thi"),
    "person.give_time": N_("Thêm giờ cho người dự thi"),
    "person.look_up": N_("Tìm người dự thi theo số điện thoại"),
    "person.look_up_code": N_("Tìm người dự thi theo mã hỗ trợ"),
    "person.merge": N_("Gộp hai tên ghi danh"),
    "person.read_phone": N_("Xem số điện thoại của một người"),
    "person.reset_pin": N_("Cấp mã đặt lại PIN"),
    "person.restore": N_("Khôi phục người dự thi"),
    "person.search": N_("Tìm người dự thi theo tên"),
    "person.void": N_("Loại người dự thi"),
    "press.report": N_("Lập báo cáo số liệu"),
    "privacy.accept": N_("Làm theo yêu cầu về dữ liệu"),
    "privacy.agree": N_("Đồng ý hiện họ tên"),
    "privacy.ask": N_("Gửi yêu cầu về dữ liệu"),
    "privacy.correct": N_("Tự sửa dữ liệu"),
    "privacy.erase": N_("Xóa dữ liệu"),
    "privacy.export": N_("Lấy bản sao dữ liệu"),
    "privacy.refuse": N_("Từ chối yêu cầu về dữ liệu"),
    "privacy.retention_over": N_("Hết hạn lưu: đã xóa dữ liệu của mọi người"),
    "privacy.withdraw": N_("Rút lại sự đồng ý"),
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
    "standings.rebuild_cancelled": N_("Bỏ dở việc tính lại bảng xếp hạng"),
    "standings.rebuild_done": N_("Tính lại xong bảng xếp hạng"),
    "ticket.answer": N_("Trả lời câu hỏi của người dự thi"),
    "ticket.close": N_("Đóng câu hỏi của người dự thi"),
    "typed_units.decide": N_("Quyết định đơn vị ghi tự do"),
    "units.load": N_("Nạp danh mục đơn vị"),
}


def deed_words(action: str) -> str:
    """Return a deed in words of the reader's language, by its code when it has none."""
    return translated(DEED_WORDS[action]) if action in DEED_WORDS else action


def actor_words(actor: str, name: str = "") -> str:
    """Return who did something, by the actor as the log writes it and the name if it has one."""
    kind, _, user = actor.partition(":")
    if not name and kind == "system":
        return translated(N_("máy chủ"))
    if not name and kind == "command":
        return translated(N_("lệnh trên máy chủ, %(user)s")) % {"user": user}
    return name or actor


def actions_called(typed: str) -> tuple[str, ...]:
    """Return the actions in whose words, Vietnamese or the reader's, `typed` stands.

    Accents need not be typed; signs alone are the words of nothing.
    """
    asked = fold(typed)
    return tuple(
        action
        for action, words in DEED_WORDS.items()
        if asked and any(asked in fold(one) for one in (words, translated(words)))
    )
