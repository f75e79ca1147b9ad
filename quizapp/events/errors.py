from quizapp.errors import N_, NotFound, Refusal


class NoSuchEvent(NotFound):
    text = N_("Không có buổi này.")


class LinkEnded(NotFound):
    text = N_("Đường dẫn màn hình này đã hết hiệu lực. Hãy xin ban tổ chức đường dẫn mới.")


class NoSuchCode(NotFound):
    text = N_("Không có cuộc thi nào mang mã này. Hãy xem lại sáu chữ số trên màn hình.")


class BadState(Refusal):
    status = 422
    text = N_("Không thêm được: {problem}")


class TitleMissing(Refusal):
    status = 422
    text = N_("Hãy ghi tên buổi, nhiều nhất 120 chữ.")


class BadLook(Refusal):
    status = 422
    text = N_("Hãy chọn màu, khổ màn hình và vòng thi trong danh sách.")


class TooManyStates(Refusal):
    text = N_("Một buổi có nhiều nhất {most} màn. Hãy bỏ bớt rồi thêm.")


class RevealBegun(Refusal):
    text = N_("Màn này đang được công bố dở nên không bỏ được.")


class NeedsFreeze(Refusal):
    text = N_("Hãy giữ nguyên bảng trước: nếu không, ai cũng đã thấy thứ hạng trên trang cuộc thi.")


class NeedsClose(Refusal):
    text = N_("Kết quả chưa chốt. Hãy chốt vòng thi trước rồi mới công bố từng hạng.")


class NothingToReveal(Refusal):
    text = N_("Bảng này chưa có ai, không có gì để công bố.")


class NotThatState(Refusal):
    text = N_("Màn hình đang ở màn khác. Hãy chuyển đến màn công bố rồi bấm lại.")


class NotBegun(Refusal):
    text = N_("Chưa bắt đầu công bố.")


class AllRevealed(Refusal):
    text = N_("Đã công bố hết các hạng của màn này.")


class RehearsalHoldsNothing(Refusal):
    text = N_("Buổi diễn tập chỉ có số liệu bịa, không giữ bảng thật. Hãy giữ bảng ở buổi chính.")
