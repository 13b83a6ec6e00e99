"""The image and compose.yaml: what they hold, that the steps work in a clean folder, that the bot answers."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.settings import Settings, load_settings
from deploy.compose import OWN, compose
from tests.dockerfile import Image, build, steps
from tests.ports import free_port

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
GIVEN = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
STEPS = list(steps((ROOT / "Dockerfile").read_text("utf-8")))


def test_every_setting_is_in_the_example_and_in_readme():
    names = {name.upper() for name in Settings.model_fields}
    rows = [
        line.split("|")[1]
        for line in (ROOT / "README.md").read_text("utf-8").splitlines()
        if line[:3] == "| `"
    ]

    assert set(GIVEN) == names - {"DATABASE_URL"}
    assert set(re.findall(r"`([A-Z_]+)`", " ".join(rows))) == names


def test_the_example_shows_the_defaults(monkeypatch):
    """Compose hands them over: one that is no default would change the bot."""
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)

    shown = load_settings(_env_file=None, **{name.lower(): value for name, value in GIVEN.items()})

    assert shown == load_settings(_env_file=None)


def test_compose_has_every_setting_with_its_explanation():
    written = (ROOT / "compose.yaml").read_text("utf-8")

    assert written == compose(EXAMPLE), "python -m deploy.compose > compose.yaml"
    for name in GIVEN:
        assert len(re.findall(rf"^      {name}: \"", written, re.MULTILINE)) == 1
    for line in EXAMPLE.splitlines()[1:]:
        assert re.match(r"#?[A-Z_]+=|$", line) or line in written


def test_the_end_is_waited_for_as_long_as_requests_may_take():
    found = re.search(r"stop_grace_period: (\d+)s", (ROOT / "compose.yaml").read_text("utf-8"))

    assert found
    assert int(found[1]) >= 4 * Settings.model_fields["drain_seconds"].default + 10
    assert ("STOPSIGNAL", "SIGTERM") in STEPS


@pytest.mark.parametrize(("prefix", "well"), [("/kept-quiet", True), ("", False)])
def test_the_health_check_looks_below_the_prefix(prefix, well):
    class Below(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            self.send_response(200 if self.path == "/kept-quiet/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    check = dict(STEPS)["HEALTHCHECK"].partition("CMD ")[2]
    with HTTPServer(("127.0.0.1", 0), Below) as server, ThreadPoolExecutor() as pool:
        pool.submit(server.handle_request)
        given = {**os.environ, "HTTP_PORT": str(server.server_port), "API_PREFIX": prefix}
        done = subprocess.run([sys.executable, *json.loads(check)[1:]], env=given, capture_output=True)

    assert (done.returncode == 0) is well


def test_nobody_is_root_and_no_secret_gets_into_the_image():
    assert ("USER", "10001:10001") in STEPS
    assert [step.word for step in STEPS].index("USER") < [step.word for step in STEPS].index("CMD")
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored[1] == "*"
    assert not {"!.env", "!data", "!.git", "!tests"} & set(ignored)


@pytest.mark.slow
def test_docker_compose_takes_the_file(tmp_path):
    program = shutil.which("docker-compose") or Path(sys.executable).parent / "docker-compose"
    if not Path(program).exists():
        pytest.skip("docker compose is not here")
    shutil.copy(ROOT / "compose.yaml", tmp_path)
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-x\nADMIN_IDS=1,2\nHTTP_PORT=8090\n")

    done = subprocess.run(
        [program, "config", "--format", "json"], cwd=tmp_path, env={"PATH": os.environ["PATH"]},
        capture_output=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert not done.stderr, "no warning"
    bot = json.loads(done.stdout)["services"]["bot"]
    environment = bot["environment"]
    assert set(environment) == set(GIVEN)
    changed = {"OPENAI_API_KEY": "sk-x", "ADMIN_IDS": "1,2", **OWN, "HTTP_PORT": "8090"}
    assert environment == {**GIVEN, **changed}
    assert (bot["ports"][0]["host_ip"], bot["ports"][0]["published"]) == ("127.0.0.1", "8090")
    assert bot["read_only"] is bot["init"] is True
    settings = load_settings(_env_file=None, **{name.lower(): value for name, value in environment.items()})
    assert settings.sandbox
    assert not settings.offline_upstream


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """Its steps, carried out in a folder that everybody may enter."""
    at = Path(tempfile.mkdtemp(prefix="image-"))
    at.chmod(0o755)
    try:
        built = build(ROOT, at, getattr(sys, "_base_executable", sys.executable))
        for path in ("app", "opt"):
            subprocess.run(["chmod", "-R", "a-w", str(built.root / path)], check=True)
        yield built
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(at)], check=True)
        shutil.rmtree(at)


def without_rights(image: Image) -> list[str]:
    """What makes a command the image's user's. Where this Python is root's alone: root's, without any of
    root's rights, so that what is read-only is so for it too."""
    if os.geteuid() != 0:
        return []
    user, group = image.user
    other = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    if subprocess.run([*other, image.command[0], "-c", ""], capture_output=True, check=False).returncode == 0:
        return other
    subprocess.run(["chown", "-R", "0:0", image.environment["DATA_DIR"]], check=True)
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]


def as_its_user(image: Image, command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*without_rights(image), *command], cwd=image.folder, env=image.environment | environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def answers(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return int(answer.status)
    except (urllib.error.URLError, OSError):
        return 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_its_steps_work_in_a_clean_folder_and_the_bot_answers(image):
    assert image.user == (10001, 10001)
    written_before = set(image.folder.rglob("*"))
    port, telegram = str(free_port()), str(free_port())
    compose_says = GIVEN | {
        "HTTP_HOST": "0.0.0.0", "SANDBOX_PUBLISHED": "true", "HTTP_PORT": port,
        "DATA_DIR": image.environment["DATA_DIR"], "SANDBOX_TELEGRAM_PORT": telegram,
    }  # fmt: skip
    bot = as_its_user(image, image.command, **compose_says)
    try:
        end = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}/readyz"):
            assert bot.poll() is None, bot.communicate()[0].decode()
            assert time.monotonic() < end
            time.sleep(0.2)
        health = as_its_user(image, image.health, HTTP_PORT=port)
        assert health.communicate(timeout=20)[0] == b""
        assert answers(f"http://127.0.0.1:{port}/sandbox") == 200
        issued = as_its_user(image, [image.command[0], "run.py", "admin", "issue", "1001"], **compose_says)
        assert b"tb_live_" in issued.communicate(timeout=30)[0]
    finally:
        bot.terminate()
        said = bot.communicate(timeout=60)[0].decode()
    assert bot.returncode == 0, said
    assert f"http://127.0.0.1:{port}/sandbox" in said
    assert "Traceback" not in said
    assert set(image.folder.rglob("*")) == written_before, "nothing is written beside the data"
    assert (Path(image.environment["DATA_DIR"]) / "books.db").exists()


@pytest.mark.slow
def test_the_health_check_fails_where_nobody_answers(image):
    health = as_its_user(image, image.health, HTTP_PORT=str(free_port()))

    assert health.wait(20) != 0
    health.communicate()
