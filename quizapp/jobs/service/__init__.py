"""Long work: features register kinds of it, organisers ask, the worker does. How to use it:

    @register("banks.read", title=N_("Đọc tệp câu hỏi"))        # in the feature's service
    def read_files(job: Running) -> str | None:
        for number, one in enumerate(files, start=1):
            job.progress(N_("Đọc tệp"), number, len(files))     # cancelled work ends here
            with transaction():
                …                                               # short; may be done twice
        return f"/admin/banks/reviews/{…}"                      # where the result is

    public_id = ask_job("banks.read", {"upload": 12}, asked_by="organiser:3", at=now)
    redirect(url_for("people_jobs.job", public_id=public_id))   # its page, for who asked

Tests call `do_waiting()` in place of the worker.
"""

from quizapp.jobs.models import JobState
from quizapp.jobs.service.asking import (
    JobCard,
    MadeFile,
    ask_job,
    cancel_job,
    count_jobs,
    find_live,
    forget_old_jobs,
    get_file,
    get_job,
    get_jobs,
    get_payloads,
    longest_wait_s,
)
from quizapp.jobs.service.registry import Kind, Work, find_kind, register
from quizapp.jobs.service.running import Running
from quizapp.jobs.service.working import Lanes, do_job, do_waiting, take_job

__all__ = [
    "JobCard",
    "JobState",
    "Kind",
    "Lanes",
    "MadeFile",
    "Running",
    "Work",
    "ask_job",
    "cancel_job",
    "count_jobs",
    "do_job",
    "do_waiting",
    "find_kind",
    "find_live",
    "forget_old_jobs",
    "get_file",
    "get_job",
    "get_jobs",
    "get_payloads",
    "longest_wait_s",
    "register",
    "take_job",
]
