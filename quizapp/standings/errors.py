from quizapp.errors import N_, NotFound


class NoSuchBoard(NotFound):
    text = N_("Không có bảng xếp hạng này.")
