"""What people would use instead, at pinned versions; installed once under .bench-peers (PyPI, npm)."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import ROOT

HOME = ROOT / ".bench-peers"
LITELLM, PORTKEY = "1.106.2", "1.15.2"
PORTKEY_PACKAGE = {
    "private": True,
    "dependencies": {"@portkey-ai/gateway": PORTKEY},
    # The newest one that it would take breaks every stream of this version ("immutable").
    "overrides": {"@hono/node-server": "1.13.8"},
}


class NotHere(Exception):
    """It could not be installed; why."""


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    words: Sequence[str]
    ready: str
    """The path that answers once it is up."""
    key: str
    does: str
    headers: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)


def litellm(folder: Path, port: int, upstream: str) -> Peer:
    """Raises NotHere."""
    python = _venv("litellm", f"litellm[proxy]=={LITELLM}")
    config = folder / "litellm.yaml"
    model = f"{{model: openai/mock, api_base: '{upstream}', api_key: none}}"
    config.write_text(
        f"model_list:\n  - model_name: mock\n    litellm_params: {model}\n"
        "litellm_settings: {telemetry: false, num_retries: 0, request_timeout: 60, drop_params: true}\n"
        "general_settings: {master_key: sk-bench}\n"
    )
    env = {
        "LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION",
        "LITELLM_TELEMETRY": "False", "PATH": f"{python.parent}:{os.environ['PATH']}",
    }  # fmt: skip
    words = [
        str(python.parent / "litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", str(port),
        "--num_workers", "1",
    ]  # fmt: skip
    does = "one key for all, cost in memory; no database, so no keys of customers and nothing kept"
    return Peer(f"LiteLLM {LITELLM}", words, "/health/liveliness", "sk-bench", does, env=env)


def portkey(folder: Path, port: int, upstream: str) -> Peer:
    """Raises NotHere."""
    home = HOME / "portkey"
    start = home / "node_modules/@portkey-ai/gateway/build/start-server.js"
    if not start.exists():
        if shutil.which("npm") is None:
            raise NotHere("npm is not installed")
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text(json.dumps(PORTKEY_PACKAGE))
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], home)
    words = ["node", str(start), f"--port={port}", "--headless"]
    headers = ("x-portkey-provider: openai", f"x-portkey-custom-host: {upstream}")
    does = "passes the caller's own upstream key on; no keys, no accounting"
    return Peer(f"Portkey {PORTKEY}", words, "/", "sk-upstream", does, headers, {"NODE_ENV": "production"})


PEERS = {"portkey": portkey, "litellm": litellm}


def _venv(name: str, *packages: str) -> Path:
    folder = HOME / name
    python, whole = folder / "bin/python", folder / "installed"
    if not whole.exists():
        print(f"Installing {' '.join(packages)} (once) ...", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        _run([str(python), "-m", "pip", "install", "--quiet", *packages], folder)
        whole.touch()
    return python


def _run(words: Sequence[str], folder: Path) -> None:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotHere((done.stderr.strip().splitlines() or ["it failed without a word"])[-1][:200])
