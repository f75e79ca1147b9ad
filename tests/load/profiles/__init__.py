"""The profiles of load: each module says who does what and when, `tests.load.profile` runs it."""

from tests.load.profiles import boards, deadline, joining, journeys, login, pollers, saving, slow

PROFILES = (
    journeys.PROFILE,
    joining.PROFILE,
    saving.PROFILE,
    deadline.PROFILE,
    boards.PROFILE,
    pollers.PROFILE,
    login.PROFILE,
    slow.PROFILE,
)
