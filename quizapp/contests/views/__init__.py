"""What contestants and the public see of contests."""

from quizapp.contests.views import joining, public
from quizapp.contests.views.joining import others_on_phone
from quizapp.contests.views.routes import bp, round_of_interest

__all__ = ["bp", "joining", "others_on_phone", "public", "round_of_interest"]
