from quizapp.errors import N_, NotFound, Refusal


class NoSuchBoard(NotFound):
    text = N_("Không có bảng xếp hạng này.")


class FrozenAlready(Refusal):
    text = N_("Bảng xếp hạng của cuộc thi này đang được giữ nguyên rồi.")


class NotFrozen(Refusal):
    text = N_("Bảng xếp hạng của cuộc thi này không bị giữ: mọi người đang thấy số mới nhất.")
