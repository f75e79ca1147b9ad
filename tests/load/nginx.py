"""The product behind nginx, with the files of `deploy/nginx` and nothing else decided here."""

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quizapp.config import ROOT
from tests.load.processes import running, wait_until_up
from tests.ports import free_port

CROWDED = "quizapp-crowded.html"
DEPLOYED = ROOT / "deploy" / "nginx"
BEHIND = {"QUIZAPP_PROXY_HOPS": "1"}  # what the product behind it is told
PLACES = ("/usr/sbin", "/usr/local/sbin")  # where Debian puts it, outside most people's PATH
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
STATIC = "/opt/quizapp/current/quizapp/static/"
# What differs on a machine where nginx is nobody's service: it writes to `folder` only.
MAIN = """
{user}
{modules}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 20000; }}
http {{
    access_log off;
    keepalive_requests 1000000;  # one connection stands for thousands of phones
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/quizapp-http.conf;
    {server}
}}
"""
SERVER = "server {{ listen 127.0.0.1:{port}; include {folder}/quizapp-server.conf; }}"


class NoNginx(Exception):
    """nginx is not installed, or not with what the deployed files use."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """A running nginx: where it answers, its main process."""

    address: str
    pid: int


def find_nginx():
    """Return the path of nginx. Raises NoNginx."""
    found = shutil.which("nginx") or shutil.which("nginx", path=":".join(PLACES))
    if found is None:
        raise NoNginx("nginx is not here; on Debian: apt-get install nginx-light")
    if not BROTLI.exists():
        raise NoNginx("on Debian: apt-get install libnginx-mod-http-brotli-static")
    return found


def written(folder, *, behind, server, static=None):
    """Write the configuration for a product that listens on port `behind`; return the command.

    `static`: the folder whose files are sent as they lie, else the project's own.
    """
    folder.mkdir()
    for name, deployed, here in (
        ("quizapp-http.conf", "127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("quizapp-http.conf", "/var/cache/nginx/quizapp", f"{folder}/cache"),
        ("quizapp-server.conf", "/etc/nginx/snippets", str(folder)),
        ("quizapp-server.conf", STATIC, f"{static or ROOT / 'quizapp' / 'static'}/"),
    ):
        _put(folder / name, deployed, here)
    shutil.copyfile(DEPLOYED / CROWDED, folder / CROWDED)
    # Started by root it would become somebody who may not write to our folder.
    user = "user root;" if os.geteuid() == 0 else ""
    modules = f"load_module {BROTLI};"
    main = MAIN.format(user=user, modules=modules, folder=folder, server=server)
    (folder / "nginx.conf").write_text(main, "utf-8")
    return [find_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def _put(file, deployed, here):
    """Write a deployed file, or change it again. Raises ValueError when it says nothing of that."""
    text = (file if file.exists() else DEPLOYED / file.name).read_text("utf-8")
    if deployed not in text:
        raise ValueError(f"{file.name} has no {deployed}")
    file.write_text(text.replace(deployed, here), "utf-8")


@contextmanager
def in_front(folder, *, behind, static=None):
    """Yield a Front that passes requests on to the port `behind`; it ends with the block."""
    port = free_port()
    own = folder / f"nginx-{port}"
    server = SERVER.format(port=port, folder=own)
    command = written(own, behind=behind, server=server, static=static)
    log = folder / "nginx.log"
    with running(command, {"PATH": "/usr/bin"}, log) as process:
        wait_until_up(process, port, log)
        yield Front(address=f"127.0.0.1:{port}", pid=process.pid)
