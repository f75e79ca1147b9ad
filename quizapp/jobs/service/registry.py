"""Which kinds of long work there are; features register theirs when they are imported."""

from collections.abc import Callable
from dataclasses import dataclass

from quizapp.jobs.service.running import Running

Work = Callable[[Running], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of work: `title` is a text of the catalogue that people read in their list."""

    name: str
    title: str
    work: Work


_kinds: dict[str, Kind] = {}


def register(name: str, *, title: str) -> Callable[[Work], Work]:
    """Make a function the work of a kind of job: `@register("people.invite", title=N_("Mời …"))`.

    The function gets a `Running` and may return the address of a page with the result
    ("/admin/…"). It is called by the worker, outside of any transaction and request; it opens its
    own (`with transaction():`), short ones: at most 200 rows, the first statement inside. A worker
    may be killed at any moment and the function called again from its beginning with the same
    payload: it finds in the database what it did before and goes on there, or does it again
    without harm. A Refusal it raises ends the job as failed, with the refusal's words; any other
    exception as failed too, told to people as an error of the server and logged.
    Register in a module that `service/__init__` of the feature imports: web and worker need it.
    Raises ValueError when another function has the name.
    """

    def put(work: Work) -> Work:
        known = _kinds.setdefault(name, Kind(name=name, title=title, work=work))
        if known.work is not work:
            raise ValueError(f"two kinds of jobs are called {name!r}")
        return work

    return put


def find_kind(name: str) -> Kind | None:
    """Return the kind; None for one of an older release whose work nobody knows any more."""
    return _kinds.get(name)
