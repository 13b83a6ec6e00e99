"""A new user's machine: a fresh clone in a folder of its own, and in it the commands of the README."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PYTHON = "import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
INSTALLED_SECONDS = 300
STOPPED_SECONDS = 30

WATCH = """\
import os, sys

def watch(event, args):
    if event == "socket.getaddrinfo":
        name = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        name = args[1][0]
    else:
        return
    if name not in (None, "", "127.0.0.1", "::1", "localhost", b"127.0.0.1", b"localhost"):
        with open(os.environ["OUTWARD"], "a") as out:
            print(event, name, file=out)

if any(word.endswith("run.py") for word in sys.orig_argv):
    sys.addaudithook(watch)
"""
"""Notes whom the bot, and not pip, wants to reach beyond this machine. Python imports it at its start."""


class NewUser:
    """Has a clone, nothing else; an ordinary user where the tests run as root."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / "bot"
        self.outward = home / "outward"
        self.http_port, self.telegram_port = free_port(), free_port()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(self.folder)], check=True)
        (home / "watch").mkdir()
        (home / "watch" / "sitecustomize.py").write_text(WATCH, "utf-8")
        self._become = ordinary_user()
        if self._become:
            subprocess.run(["chown", "-R", str(self._become["user"]), str(home)], check=True)

    @property
    def _env(self) -> dict[str, str]:
        """What a login gives, the ports, and pip's settings; without root a download is not repeated."""
        path = "/usr/local/bin:/usr/bin:/bin" if self._become else os.environ["PATH"]
        kept = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
        if not self._become:
            kept.setdefault("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))
        return kept | {
            "PATH": path, "HOME": str(self.home), "LANG": "C.UTF-8", "HTTP_PORT": str(self.http_port),
            "SANDBOX_TELEGRAM_PORT": str(self.telegram_port), "PYTHONPATH": str(self.home / "watch"),
            "OUTWARD": str(self.outward),
        }  # fmt: skip

    def make(self, *words: str) -> str:
        """What `make …` prints; it has to go well."""
        done: subprocess.CompletedProcess[str] = subprocess.run(
            ["make", *words], cwd=self.folder, env=self._env, capture_output=True, text=True, timeout=60,
            **self._become,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def running(self):
        """`make run` until its address is printed; ended as by Ctrl-C."""
        process = subprocess.Popen(
            ["make", "run"], cwd=self.folder, env=self._env, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True, **self._become,
        )  # fmt: skip
        said = Said(process.stdout)
        try:
            yield said
            os.killpg(process.pid, signal.SIGINT)
            process.wait(STOPPED_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            said.end()


class Said:
    """What a process prints, read as it comes."""

    def __init__(self, stream) -> None:
        self.lines: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(stream,))
        self._thread.start()

    def _read(self, stream) -> None:
        with stream:
            self.lines.extend(stream)

    def end(self) -> None:
        self._thread.join(10)

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def address(self, seconds: float = INSTALLED_SECONDS) -> str:
        """Of the page; the first run has to install everything before."""
        end = time.monotonic() + seconds
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/sandbox", self.text)):
            assert self._thread.is_alive(), f"It ended: {self.text}"
            assert time.monotonic() < end, f"No address: {self.text}"
            time.sleep(0.1)
        return found[0]


def ordinary_user() -> dict[str, Any]:
    """How to become one, for subprocess; nothing where we are one, or where none could run Python."""
    if os.geteuid() != 0 or shutil.which("chown") is None:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return {}
    become: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}
    tried = subprocess.run(
        ["python3", "-c", PYTHON], env={"PATH": "/usr/local/bin:/usr/bin:/bin"}, cwd="/", check=False,
        capture_output=True, **become,
    )  # fmt: skip
    return become if tried.returncode == 0 else {}
