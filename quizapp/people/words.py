"""What roles and permissions are called where people read them."""

from collections.abc import Mapping

from quizapp.errors import N_
from quizapp.people.roles import Role
from quizapp.people.rules.policy import Permission

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
