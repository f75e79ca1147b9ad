"""How states and boards are called, for organisers and on screens."""

from quizapp.errors import N_
from quizapp.events.rules import Kind, State
from quizapp.web.language import translated

KINDS = {
    Kind.JOIN: N_("Mời vào thi (mã QR)"),
    Kind.COUNTS: N_("Số người và bản đồ"),
    Kind.BOARD: N_("Bảng"),
    Kind.PODIUM: N_("Bục ba hạng đầu"),
    Kind.REVEAL: N_("Công bố từng hạng"),
    Kind.MESSAGE: N_("Lời nhắn"),
    Kind.WAIT: N_("Chờ MC"),
}
BOARDS = {
    "provinces": N_("Tỉnh, thành phố"),
    "sectors": N_("Ngành, tổng công ty"),
    "units": N_("Đơn vị trực thuộc"),
    "people": N_("Cá nhân"),
}
ORDERS = {
    "people": N_("số người dự thi"),
    "rate": N_("tỷ lệ đoàn viên dự thi"),
    "mean": N_("điểm trung bình"),
    "pass": N_("tỷ lệ đạt"),
}
THEMES = {
    "light": N_("Sáng (hội trường sáng đèn)"),
    "dark": N_("Tối"),
    "contrast": N_("Tương phản cao"),
}
ASPECTS = {
    "auto": N_("Theo máy chiếu"),
    "16:9": "16:9",
    "4:3": "4:3",
}


def state_words(state: State) -> str:
    """Return what a state is called in the operator's list."""
    kind = translated(KINDS[state.kind])
    if state.kind is Kind.MESSAGE:
        return f"{kind}: {state.text}"
    if not state.board:
        return kind
    name = translated(BOARDS[state.board])
    if state.board != "people" and state.order != "people":
        name = f"{name}, {translated(ORDERS[state.order])}"
    return f"{kind}: {name} ({state.top})" if state.top else f"{kind}: {name}"


def board_title(state: State) -> str:
    """Return the line above a board on a screen."""
    name = translated(BOARDS[state.board])
    return name if state.board == "people" else f"{name} – {translated(ORDERS[state.order])}"
