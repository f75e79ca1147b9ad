"""What the catalogue of units refuses."""

from collections.abc import Sequence

from quizapp.errors import N_, NotFound, Refusal


class UnknownUnit(NotFound):
    text = N_("Không tìm thấy đơn vị công đoàn này.")


class UnclearUnit(Refusal):
    """What was typed fits several units; `choices` are codes and names of some of them."""

    status = 422
    text = N_("Chưa rõ đơn vị “{typed}”. Hãy ghi mã đơn vị. Gần giống: {found}.")

    def __init__(self, *, typed: str, choices: Sequence[tuple[str, str]] = ()) -> None:
        self.choices = choices
        found = "; ".join(f"{name} ({code})" for code, name in choices)
        super().__init__(typed=typed, found=found)


class NoUnitLike(UnclearUnit):
    text = N_(
        "Chưa rõ đơn vị “{typed}”: trong phạm vi của bạn không có đơn vị nào giống vậy. Hãy ghi "
        "vài chữ trong tên, không cần dấu, hoặc mã đơn vị."
    )


class NoUnitInReach(NotFound):
    """The same words where the unit is what the page is about: out of reach it is not there."""

    text = NoUnitLike.text


class NoUnitWritten(UnclearUnit):
    text = N_("Hãy ghi tên hoặc mã đơn vị.")


class BadCatalogue(Refusal):
    """Rows that cannot be loaded; `problems` has one line for each."""

    status = 422
    text = N_("{problems}\nDanh mục có {count} lỗi, chưa ghi gì vào cơ sở dữ liệu.")


class BadHeadCounts(Refusal):
    """Head counts that cannot be taken; `problems` has one line for each."""

    status = 422
    text = N_("{problems}\nTệp có {count} lỗi, chưa ghi gì vào cơ sở dữ liệu.")


class BadHeadCount(Refusal):
    status = 422
    text = N_("Số đoàn viên chưa đúng: {problem}.")


class CountLocked(Refusal):
    text = N_(
        "Số của ngày {day} đã khóa nên không đổi được. Nếu cần sửa, hãy nhập số của ngày sau."
    )


class NoSuchCount(NotFound):
    text = N_("Không có số đoàn viên nào của đơn vị này vào ngày đó.")
