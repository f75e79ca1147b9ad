"""Two ways into the product: its services in transactions of their own, and HTTP requests."""

import re

from flask import Response
from flask.testing import FlaskClient

from quizapp.attempts import service
from quizapp.attempts.service import Saved, Sheet, outcome
from quizapp.db import transaction
from quizapp.errors import Refusal
from quizapp.web import contestant as cookies
from quizapp.web.contestant import Contestant
from quizapp.web.guards import form_token
from tests.machine.model import NOTHING, Reply, Save, Start
from tests.machine.stage import BEGINNING, MILLISECOND

STATUS = {Saved.DONE: 200, Saved.HELD: 409, Saved.STALE: 409}
CHECKED = re.compile(r'name="q(\d+)" value="([A-H])" checked')


class ServiceDoor:
    """Calls what the views call to change something, each time in a transaction of its own."""

    def __init__(self, stage):
        self.stage = stage
        self.app = stage.app

    def send(self, request, contest, address):
        """Return what the phone is told; a start's `paper` is the address it is sent to."""
        with self.app.app_context():
            one = self.stage.round(contest)
            try:
                with transaction():
                    if isinstance(request, Start):
                        return self._start(request, contest, one)
                    if isinstance(request, Save):
                        return self._save(request, address)
                    return self._submit(request, address)
            except Refusal as refusal:
                return Reply(status=refusal.status)

    def look(self, phone, contest, address):
        """Return (status, answers) of the paper's page; answers are None unless it is shown."""
        with self.app.app_context():
            try:
                paper = service.get_paper(address, _phone(phone), at=self.stage.at)
            except Refusal as refusal:
                return refusal.status, None
            if paper is None or not paper.is_held:
                return (302 if paper is None else 409), None
            return 200, tuple((line.position, line.chosen) for line in paper.lines if line.chosen)

    def result(self, phone, contest, address):
        """Return (status, points in thousandths) of the result's page; 302 while the paper runs."""
        with self.app.app_context():
            try:
                found = outcome.get_outcome(address, _phone(phone), at=self.stage.at)
                runs = service.get_paper(address, _phone(phone), at=self.stage.at) is not None
            except Refusal as refusal:
                return refusal.status, None
            return (302 if runs else 200), found and found.points_milli

    def _start(self, request, contest, one):
        person = contest.people[request.phone.person]
        holder, number = request.phone.name, request.number
        address = service.start_attempt(one, person, holder=holder, number=number, at=self.stage.at)
        return Reply(status=303, paper=address)

    def _save(self, request, address):
        phone, sheet = _phone(request.phone), _sheet(request)
        saved = service.save_answers(address, phone, sheet, op=request.op, at=self.stage.at)
        if saved.saved is Saved.OVER:  # the view tells nothing else
            return Reply(status=410, verdict="over")
        is_done = saved.saved is Saved.DONE
        return Reply(
            status=STATUS[saved.saved],
            verdict=None if is_done else str(saved.saved),
            op=saved.op,
            deadline=(saved.deadline_at - BEGINNING) // MILLISECOND,
            answers=None if is_done else tuple(sorted(saved.answers.items())),
        )

    def _submit(self, request, address):
        service.submit_attempt(address, _phone(request.phone), _sheet(request), at=self.stage.at)
        return Reply(status=200)


class HttpDoor:
    """Sends what a phone sends, with its cookie, its tokens and its headers."""

    def __init__(self, stage):
        self.stage = stage
        self.app = stage.app

    def send(self, request, contest, address):
        """Return what the phone is told; a start's `paper` is the address it is sent to."""
        if isinstance(request, Start):
            return self._start(request, contest)
        if isinstance(request, Save):
            return self._save(request, contest, address)
        return self._submit(request, contest, address)

    def look(self, phone, contest, address):
        """Return (status, answers) of the paper's page; answers are None unless it is shown."""
        page = self._open(phone, contest, "GET", f"/a/{address}")
        if page.status_code != 200:
            return page.status_code, None
        found = [(int(number), letter) for number, letter in CHECKED.findall(page.text)]
        return 200, tuple(sorted(found))

    def result(self, phone, contest, address):
        """Return (status, None) of the result's page: its points are for people to read."""
        return self._open(phone, contest, "GET", f"/a/{address}/result").status_code, None

    def _start(self, request, contest):
        card = contest.card
        round_id, person_id = str(card.rounds[0].id), str(request.phone.person)
        token = self._token("start", round_id, person_id, str(request.number))
        path = f"/c/{card.slug}/rounds/1/attempts"
        answer = self._open(request.phone, contest, "POST", path, data={"csrf_token": token})
        if answer.status_code != 303:
            return Reply(status=answer.status_code)
        return Reply(status=303, paper=answer.location.removeprefix("/a/"))

    def _save(self, request, contest, address):
        body = _json(request) | {"op": request.op}
        answer = self._open(request.phone, contest, "PUT", f"/a/{address}/answers", json=body)
        if answer.status_code == 410:
            return Reply(status=410, verdict="over")
        if answer.status_code not in {200, 409}:
            return Reply(status=answer.status_code)
        told = answer.get_json()
        assert told["now"] == _epoch_ms(self.stage.at)
        answers = told.get("answers")
        shown = answers and {int(number): letter for number, letter in answers.items()}
        return Reply(
            status=answer.status_code,
            verdict=told.get("saved"),
            op=told["op"],
            deadline=told["deadline"] - _epoch_ms(BEGINNING),
            answers=None if answers is None else tuple(sorted(shown.items())),
        )

    def _submit(self, request, contest, address):
        path = f"/a/{address}/submit"
        if not request.by_form:
            answer = self._open(request.phone, contest, "POST", path, json=_json(request))
            return Reply(status=answer.status_code)
        fields = {f"q{position}": letter for position, letter in request.answers}
        if request.prediction != NOTHING:
            fields["prediction"] = "" if request.prediction is None else str(request.prediction)
        fields["csrf_token"] = self._token("submit", address)
        answer = self._open(request.phone, contest, "POST", path, data=fields)
        return Reply(status=200 if answer.status_code == 303 else answer.status_code)

    def _open(self, phone, contest, method, path, **given):
        headers = {"Cookie": f"{cookies.COOKIE}={self._cookie(phone, contest)}"}
        client = FlaskClient(self.app, self.app.response_class, use_cookies=False)
        return client.open(path, method=method, headers=headers, buffered=True, **given)

    def _cookie(self, phone, contest):
        with self.app.test_request_context():
            taking_part = Contestant(holder=phone.name, people={contest.card.id: phone.person})
            header = cookies._set(Response(), taking_part).headers["Set-Cookie"]
        return header.partition("=")[2].partition(";")[0]

    def _token(self, *facts):
        with self.app.app_context():
            return form_token(*facts)


DOORS = {"services": ServiceDoor, "http": HttpDoor}


def _phone(phone):
    return service.Phone(holder=phone.name, person_ids=frozenset({phone.person}))


def _sheet(request):
    return Sheet(
        answers=dict(request.answers),
        prediction=None if request.prediction == NOTHING else request.prediction,
        has_prediction=request.prediction != NOTHING,
    )


def _json(request):
    body = {"answers": {str(position): letter for position, letter in request.answers}}
    return body if request.prediction == NOTHING else body | {"prediction": request.prediction}


def _epoch_ms(moment):
    return round(moment.timestamp() * 1000)
