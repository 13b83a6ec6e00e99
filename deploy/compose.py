"""Writes compose.yaml: its settings and their explanations are those of .env.example.

python -m deploy.compose > compose.yaml
"""

import re
from collections.abc import Iterator
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / ".env.example"
SETTING = re.compile(r"#?([A-Z_]+)=(.*)")
OWN = {
    "HTTP_HOST": "0.0.0.0",  # noqa: S104
    "METRICS_HOST": "0.0.0.0",  # noqa: S104
    "DATA_DIR": "/data",
    "SANDBOX_PUBLISHED": "true",
    "HTTP_PORT": "${HTTP_PORT:-8080}",
}
"""What the container needs to be so."""

HEAD = """\
# docker compose up: the bot, its books in a volume. Written by `python -m deploy.compose` from .env.example.
#
# Put what you want to be different into a file .env beside this one. With OPENAI_API_KEY=sk-… alone you
# have the sandbox's chats (http://127.0.0.1:8080/sandbox) and the API, answered by the real upstream. With
# BOT_TOKEN as well it is a real bot; with neither everything is played on this machine.
#
#   docker compose exec bot /opt/venv/bin/python run.py admin issue 1001     an API code for a customer
#   docker compose logs -f
#   docker compose down                                            keeps the books; with -v they are gone

services:
  bot:
    build: .
    image: telegram-billing-bot
    init: true
    restart: unless-stopped
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    # Longer than running requests are waited for: DRAIN_SECONDS, for each of the four parts that have some.
    stop_grace_period: 100s
    # For this machine only. In front of it belongs a web server with TLS; never publish the sandbox.
    ports: ["127.0.0.1:${HTTP_PORT:-8080}:${HTTP_PORT:-8080}"]
    volumes: ["data:/data"]
    environment:
"""
TAIL = """\

volumes:
  data:
"""


def compose(example: str) -> str:
    return HEAD + "".join(f"      {line}".rstrip() + "\n" for line in _lines(example)) + TAIL


def _lines(example: str) -> Iterator[str]:
    for line in example.splitlines()[1:]:
        setting = SETTING.fullmatch(line)
        if setting is None:
            yield line
        elif setting[1] in OWN:
            yield f'{setting[1]}: "{OWN[setting[1]]}"  # in a container always'
        else:
            yield f'{setting[1]}: "${{{setting[1]}-{setting[2]}}}"'


if __name__ == "__main__":
    print(compose(EXAMPLE.read_text("utf-8")), end="")
