"""What the catalogue of units refuses."""

from quizapp.errors import N_, NotFound, Refusal


class UnknownUnit(NotFound):
    text = N_("Không tìm thấy đơn vị công đoàn này.")


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
