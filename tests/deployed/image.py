"""`python -m tests.deployed.image`: carry out deploy/container/Dockerfile without any registry.

Each stage begins with a clean Debian of our own in the place of the image that it names; every RUN
and COPY is done in it, as root, and then the product is started as its user, with its HEALTHCHECK
as the judge. Layers, mounts and networks of containers are not tried. Needs root and debootstrap.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import click

from quizapp.config import ROOT
from tests.deployed.debian import clean, copied
from tests.load.processes import running

DOCKERFILE = ROOT / "deploy" / "container" / "Dockerfile"
SECONDS = 120
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(kw_only=True)
class Stage:
    """The tree of one stage, and what it says of how it is run."""

    root: Path
    folder: str = "/"
    user: str = "0"
    env: dict = field(default_factory=lambda: {"PATH": PATH})
    command: list = field(default_factory=list)
    healthy: list = field(default_factory=list)

    def inside(self, command, **more):
        """Return the command that does it in the tree."""
        env = [f"{name}={value}" for name, value in (self.env | more).items()]
        who = f"--userspec={self.user}:{self.user}"
        moved = ["sh", "-c", 'cd "$0" && exec "$@"', self.folder, *command]
        return ["chroot", who, str(self.root), "env", "-i", *env, *moved]


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(tempfile.gettempdir()) / "quizapp-debian",
    show_default=True,
    help="Where the clean Debian is kept for the next time.",
)
def main(folder):
    """Build each stage and start the product."""
    folder.mkdir(parents=True, exist_ok=True)
    tree, own = clean(folder), Path(tempfile.mkdtemp(prefix="image-", dir=folder))
    try:
        context = exported(own / "context")
        stages = built(DOCKERFILE.read_text("utf-8"), tree, context, own)
        click.echo(json.dumps(tried(stages, own / "product.log"), indent=1))
    finally:
        shutil.rmtree(own)


def exported(folder):
    """Return a folder with this revision's files that .dockerignore lets in."""
    folder.mkdir()
    archive = subprocess.run(
        ["git", "archive", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    for path in folder.iterdir():
        if path.name not in let_in:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return folder


def instructions(text):
    """Return (word, rest) of each instruction."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines()
    return [tuple(line.split(maxsplit=1)) for line in whole if line.strip()]


def built(text, tree, context, folder):
    """Return name → Stage of every stage, done."""
    stages, stage = {}, None
    for word, rest in instructions(text):
        if word == "FROM":
            name = rest.split()[-1]
            (folder / name).mkdir()
            stage = stages[name] = Stage(root=copied(tree, folder / name))
        elif stage is not None:
            done = click.style(f"{word} {rest}"[:100], dim=True)
            click.echo(done, err=True)
            perform(stage, word, rest, context, stages)
    return stages


def perform(stage, word, rest, context, stages):
    """Do one instruction. Raises ValueError for one that is not known."""
    if word == "RUN":
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        subprocess.run(stage.inside(["sh", "-c", rest], **pip), check=True, stdout=2)
    elif word == "COPY":
        copy(stage, rest.split(), context, stages)
    elif word in {"ENV", "ARG"}:
        stage.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))
    elif word not in {"VOLUME", "EXPOSE", "STOPSIGNAL"}:
        remember(stage, word, rest)


def remember(stage, word, rest):
    """Note how the stage is run."""
    match word:
        case "WORKDIR":
            stage.folder = rest
            (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "USER":
            stage.user = rest
        case "CMD":
            stage.command = json.loads(rest)
        case "HEALTHCHECK":
            stage.healthy = json.loads(rest.partition("CMD")[2])
        case _:
            raise ValueError(word)


def copy(stage, words, context, stages):
    source = context
    if words[0].startswith("--from="):
        source = stages[words.pop(0).partition("=")[2]].root
    *names, target = words
    to = stage.root / (Path(stage.folder) / target).as_posix().lstrip("/")
    for name in names:
        path = source / name.lstrip("/")
        is_into = target.endswith("/") and not path.is_dir()
        place = to / path.name if is_into else to
        place.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-aT", str(path), str(place)], check=True)


def tried(stages, log):
    """Start what was built; return what came of it."""
    product, front = stages["product"], stages["front"]
    told = {"PORT": "8003", "QUIZAPP_TRUSTED_HOSTS": "thi.example.vn", "QUIZAPP_HTTPS": "1"}
    migrate = product.inside(["flask", "--app", "wsgi", "db", "upgrade"], **told)
    (product.root / "dev/shm").chmod(0o1777)  # as in every container
    subprocess.run(migrate, check=True, stdout=2)
    with running(product.inside(product.command, **told), os.environ, log) as process:
        until_healthy(process, product.inside(product.healthy, **told), log)
        owner = Path(f"/proc/{process.pid}").stat().st_uid
    (front.root / "etc/hosts").write_text("127.0.0.1 localhost web\n", "utf-8")
    tls = front.root / "etc/quizapp/tls"
    tls.mkdir(parents=True)
    request = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=thi.example.vn"
    files = ["-keyout", str(tls / "privkey.pem"), "-out", str(tls / "fullchain.pem")]
    subprocess.run(["openssl", *request.split(), *files], check=True, stderr=2)
    subprocess.run(front.inside(["nginx", "-t", "-q"]), check=True)
    return {"healthy": True, "user": owner, "nginx": "takes its files"}


def until_healthy(process, command, log):
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.5)
    raise RuntimeError(log.read_text("utf-8", errors="replace")[-2000:])


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
