"""What the catalogue of units refuses."""

from quizapp.errors import N_, NotFound, Refusal


class UnknownUnit(NotFound):
    text = N_("Không tìm thấy đơn vị công đoàn này.")


class BadCatalogue(Refusal):
    """Rows that cannot be loaded; `problems` has one line for each."""

    status = 422
    text = N_("{problems}\nDanh mục có {count} lỗi, chưa ghi gì vào cơ sở dữ liệu.")
