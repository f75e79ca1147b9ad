"""What may be refused around jobs, and how the work of one ends early."""

from quizapp.errors import N_, Refusal


class JobOver(Refusal):
    text = N_("Việc này đã xong hoặc đã dừng.")


class GaveUp(Refusal):
    """A job whose worker died again and again: it is likely the cause."""

    text = N_("Đã thử nhiều lần mà không xong; việc này dừng lại. Hãy báo người quản trị.")


class Crashed(Refusal):
    text = N_("Có lỗi ngoài dự kiến ở máy chủ nên việc này dừng lại. Hãy báo người quản trị.")


class Interrupted(Exception):
    """Work is to end here, whoever is in the middle of it; `Running.progress` raises it."""


class Cancelled(Interrupted):
    """Who asked for the work does not want it any more."""


class Stopping(Interrupted):
    """The worker is to stop; the next one goes on."""


class TakenOver(Interrupted):
    """Another worker thought this one dead, and works on it now."""
