"""`deploy/nginx` in front of the product: public pages are asked for once, others never kept."""

import gzip
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from quizapp import clock
from quizapp.web.assets import FOR_A_YEAR, STATIC
from quizapp.web.packing import pack
from tests.load.ledger import Ledger
from tests.load.measure import Crowd
from tests.load.nginx import BEHIND, DEPLOYED, NoNginx, find_nginx, in_front, written
from tests.load.papers import running_papers
from tests.load.people import SLUG
from tests.load.processes import gunicorn
from tests.load.profiles import PROFILES
from tests.load.scratch import scratch
from tests.load.stand import Served, standing
from tests.ports import free_port

SITE = "thi.example.vn"
BOARD = f"/c/{SLUG}/boards/provinces"
OPTIONS = PROFILES[0].asked(database="sqlite", questions=60, workers=1, people=1)


@pytest.fixture(scope="module")
def base():
    try:
        find_nginx()
    except NoNginx as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with scratch(OPTIONS) as made:
        yield made


@pytest.fixture(scope="module")
def metrics_port():
    return free_port()


@pytest.fixture(scope="module")
def product(base, metrics_port):
    """The product itself."""
    watched = BEHIND | {"QUIZAPP_METRICS_PORT": str(metrics_port)}
    web = Served(name="nginx", web=gunicorn(OPTIONS), worker=None, environment=watched)
    with standing(base, web) as stood:
        yield stood


@pytest.fixture(scope="module")
def place(base, product):
    """The product behind nginx."""
    with product.behind_nginx(base.folder) as reached:
        yield reached


@pytest.fixture(scope="module")
def someone(base):
    """A person with a running paper: their headers, and where it is."""
    due = clock.now() + timedelta(minutes=19)
    [paper] = running_papers(base, Ledger(), Crowd(base.units, 4).people(1, "x"), due=due)
    return dict(paper.person.ask("paper", "GET", paper.path).headers), paper.path


def get(place, path, *, method="GET", body=None, **headers):
    """Return (status, headers in lower case, body) as nginx answers."""
    with closing(http.client.HTTPConnection(place.address, timeout=30)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=named)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def test_a_board_is_asked_for_once_however_many_read_it(place):
    path = f"{BOARD}?round=1"
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(lambda _: get(place, path), range(40)))

    assert {status for status, *_ in found} == {200}
    assert len({body for *_, body in found}) == 1
    asked = [headers["x-cache"] for _, headers, _ in found].count("MISS")
    assert asked == 1


def test_who_takes_gzip_and_who_does_not_get_their_own_body(place):
    for turn in ("first", "from the cache"):
        _, plain_headers, plain = get(place, BOARD)
        _, headers, packed = get(place, BOARD, Accept_Encoding="gzip, deflate, br")
        assert "content-encoding" not in plain_headers, turn
        assert headers["content-encoding"] == "gzip", turn
        assert gzip.decompress(packed) == plain, turn


def test_who_knows_the_board_is_told_so_from_the_cache(place):
    _, headers, _ = get(place, BOARD)

    status, again, body = get(place, BOARD, If_None_Match=headers["etag"])

    assert (status, body) == (304, b"")
    assert again["x-cache"] != "MISS"


def test_pages_of_a_person_are_never_kept(place, someone):
    headers, path = someone
    mine = [get(place, path, **headers) for _ in range(2)]
    stranger = get(place, path)

    for status, answered, body in mine:
        assert status == 200
        assert answered["x-cache"] == "MISS"
        assert answered["cache-control"] == "no-store"
        assert b"<fieldset" in gzip.decompress(body)
    assert stranger[0] == 404


def test_a_save_goes_through_as_from_this_site(place, someone):
    headers, path = someone
    sent = {"Content-Type": "application/json", "Origin": f"http://{place.address}"}
    body = json.dumps({"op": 1, "answers": {"1": "A"}})

    status, _, answer = get(
        place,
        f"{path}/answers",
        method="PUT",
        body=body,
        **(headers | sent | {"Accept-Encoding": ""}),
    )
    foreign = get(
        place,
        f"{path}/answers",
        method="PUT",
        body=body,
        **(headers | sent | {"Origin": "http://elsewhere.example"}),
    )

    assert (status, json.loads(answer)["op"]) == (200, 1)
    assert foreign[0] == 403


def test_a_board_that_was_read_is_still_shown_while_the_product_is_down(base, tmp_path):
    web = Served(name="nginx", web=gunicorn(OPTIONS), worker=None, environment=BEHIND)
    with ExitStack() as front:
        with standing(base, web) as stood:
            port = int(stood.address.rpartition(":")[2])
            reached = front.enter_context(in_front(tmp_path, behind=port))
            before, alive = get(reached, BOARD), get(reached, "/readyz")
        after, gone = get(reached, BOARD), get(reached, "/readyz")

    assert (before[0], after[0]) == (200, 200)
    assert after[2] == before[2]
    assert (alive[0], gone[0]) == (200, 502)


def test_figures_are_for_the_machine_itself_and_not_through_nginx(place, metrics_port):
    for headers in ({}, {"X_Forwarded_For": "127.0.0.1"}, {"Host": f"127.0.0.1:{metrics_port}"}):
        for path in ("/metrics", "//metrics", "/%6detrics", "/metrics?a=1"):
            status, _, body = get(place, path, **headers)
            assert status == 404, (path, headers)
            assert b"quizapp_" not in body

    own = f"http://127.0.0.1:{metrics_port}"
    with urllib.request.urlopen(f"{own}/metrics", timeout=30) as answer:
        assert b"quizapp_http_requests_total{" in answer.read()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{own}/signin", timeout=30)


def test_a_request_has_one_id_in_its_answer_and_in_the_log(base, place):
    _, told, _ = get(place, "/c/khong-co?ten=Nguyen", X_Request_ID="cua-nguoi-la-1234")

    lines = [json.loads(line) for line in (base.folder / "web.log").read_text().splitlines()]
    [mine] = [one for one in lines if one.get("request_id") == told["x-request-id"]]
    assert {name: mine[name] for name in ("event", "method", "status", "slug")} == {
        "event": "contests.show",
        "method": "GET",
        "status": 404,
        "slug": "khong-co",
    }
    assert not any("Nguyen" in str(one) or "cua-nguoi-la" in str(one) for one in lines)


def test_nginx_takes_the_whole_site(tmp_path):
    """The site as it is deployed, with a certificate of our own; nothing listens."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SITE)])
    began = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=10_000))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "privkey.pem").write_bytes(key.private_bytes(pem, *private))
    site = (DEPLOYED / "site.conf").read_text("utf-8")
    site = site.replace("/etc/quizapp/tls", str(tmp_path))
    for port in ("80", "443"):  # those are root's
        site = re.sub(rf"(listen (\[::\]:)?){port}\b", r"\g<1>8" + port, site)
    own = tmp_path / "nginx"
    site = site.replace("snippets/quizapp-server.conf", f"{own}/quizapp-server.conf")
    command = written(own, behind=8000, server=site)

    done = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_only_what_organisers_send_may_be_large(place):
    large = b"x" * 300_000

    _, by_product, _ = get(place, "/admin/banks", method="POST", body=large)
    status, by_nginx, _ = get(place, "/return", method="POST", body=large)

    assert "cross-origin-opener-policy" in by_product  # a stranger: refused by the product itself
    assert status == 413
    assert "cross-origin-opener-policy" not in by_nginx


def at_once(place, requests):
    """Send all requests before any answer is read; return them as `get` does, in order."""
    with ExitStack() as stack:
        sent = []
        for method, path, headers in requests:
            connection = http.client.HTTPConnection(place.address, timeout=60)
            stack.enter_context(closing(connection)).connect()
            sent.append((connection, method, path, headers))
        for connection, method, path, headers in sent:
            connection.request(method, path, headers=headers)
        answers = [connection.getresponse() for connection, *_ in sent]
        return [
            (one.status, {k.lower(): v for k, v in one.getheaders()}, one.read()) for one in answers
        ]


def test_a_crowd_at_the_door_waits_or_comes_back_while_papers_go_on(place, someone):
    headers, paper = someone
    door = f"/c/{SLUG}/join"
    # Whoever has the form already, or a paper, is asked to wait for nobody.
    others = [("POST", door, {"Content-Length": "0"})] * 20 + [("GET", paper, headers)] * 5

    answers = at_once(place, [("GET", door, {})] * 250 + others)

    asked, told, seen = answers[:250], answers[250:270], answers[270:]
    turned_away = [one for one in asked if one[0] == 503]
    assert {status for status, *_ in asked} == {200, 503}
    assert len(asked) - len(turned_away) >= 60
    assert len(turned_away) >= 50
    assert ({one[0] for one in told}, {one[0] for one in seen}) == ({400}, {200})
    for _, answered, body in turned_away:
        assert answered["retry-after"] == answered["refresh"]
        assert 5 <= int(answered["refresh"]) <= 11
        assert answered["cache-control"] == "no-store"
        assert "Bạn không mất phút làm bài nào" in body.decode()
    assert len({answered["refresh"] for _, answered, _ in turned_away}) > 1


def connections_to(place):
    """Return how many connections the process that listens there has now."""
    port = f":{int(place.address.rpartition(':')[2]):04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(local.endswith(port) and state == "01" for _, local, _, state, *_ in rows)


def until(is_so):
    """Return once it is so. Raises AssertionError when it takes far too long."""
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextmanager
def slowly(place, message, *, phones):
    """Yield connections on which so many phones have sent so much."""
    host, _, port = place.address.partition(":")
    with ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in phones]
        for line in lines:
            line.sendall(message)
        yield lines


def answer_on(line):
    answer = http.client.HTTPResponse(line)
    answer.begin()
    return answer.status, answer.read()


def test_four_hundred_slow_phones_hold_nothing_of_the_product(place, product, someone):
    headers, path = someone
    body = json.dumps({"op": 50, "answers": {"1": "A"}}).encode()
    own = {"Host": place.address, "Origin": f"http://{place.address}"}
    own |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers | own).items())
    save = f"PUT {path}/answers HTTP/1.1\r\n{lines}\r\n".encode() + body
    look = f"GET {path} HTTP/1.1\r\n{lines.replace(str(len(body)), '0')}\r\n".encode()

    with (
        slowly(place, save[:-9], phones=range(200)) as saving,
        slowly(place, save[:40], phones=range(100)),
        slowly(place, look, phones=range(100)) as reading,
    ):
        others = [get(place, path, **headers)[0] for _ in range(40)]
        until(lambda: connections_to(product) == 0)  # nginx keeps none that nothing goes over
        for line in saving:
            line.sendall(save[-9:])
        saved = [answer_on(line)[0] for line in saving]
        read = {answer_on(line) for line in reading}

    assert set(others) == {200}
    assert saved == [200] * 200
    assert {status for status, _ in read} == {200}
    with slowly(product, save[:-9], phones=range(20)):  # and without nginx
        until(lambda: connections_to(product) == 20)


def test_static_files_come_packed_from_the_disk_and_are_kept_for_a_year(tmp_path):
    name, folder = "htmx-2.0.11.min.js", tmp_path / "static"
    shutil.copytree(STATIC, folder)
    plain = (folder / name).read_bytes()
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
    pack(folder)

    # Nobody stands behind it.
    with in_front(tmp_path, behind=free_port(), static=folder) as front:
        for asked, wanted in (("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", "")):
            status, headers, body = get(front, f"/static/{name}", Accept_Encoding=asked)
            assert (status, headers.get("content-encoding", "")) == (200, wanted)
            assert unpack[wanted](body) == plain
            assert headers["cache-control"] == FOR_A_YEAR
            assert headers["x-content-type-options"] == "nosniff"
        _, headers, _ = get(front, "/static/paper.js")
        again = get(front, "/static/paper.js", If_None_Match=headers["etag"])

    assert headers["cache-control"] == "no-cache"
    assert again[0] == 304
