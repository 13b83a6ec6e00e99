"""`admin upstream …` on the command line, and what an operator reads of the pool there and in the chat."""

import argparse
from datetime import UTC, datetime
from typing import Any

from bot.credential_lines import read_lines
from bot.providers.pool.pool import State
from bot.upstreams import Upstreams

NONE_SUCH = "There is no such credential."


def add_to(acts: Any) -> None:
    """The words after `admin`."""
    upstream = acts.add_parser("upstream", add_help=False)
    does = upstream.add_subparsers(dest="does", required=True)
    add = does.add_parser("add", add_help=False)
    add.add_argument("name")
    add.add_argument("base_url")
    does.add_parser("list", add_help=False)
    for word in ("enable", "disable", "remove"):
        does.add_parser(word, add_help=False).add_argument("credential", type=int)


async def act(upstreams: Upstreams, asked: argparse.Namespace, given: str) -> str:
    """`given`: the credentials to add, one a line. Raises BadLine or ValueError."""
    match asked.does:
        case "add":
            new = read_lines(given)
            added = await upstreams.add(asked.name, asked.base_url, new)
            return f"{added} added." + (f" {len(new) - added} were there." if added < len(new) else "")
        case "list":
            return "\n".join(await described(upstreams)) or "No upstreams."
        case does:
            return await change(upstreams, does, asked.credential)


async def change(upstreams: Upstreams, does: str, credential: int) -> str:
    if does == "remove":
        if await upstreams.remove(credential):
            return f"Credential {credential} is removed."
        return NONE_SUCH + " One of the settings can only be disabled."
    done = await upstreams.set_state(credential, f"{does}d")
    return f"Credential {credential} is {does}d." if done else NONE_SUCH


async def described(upstreams: Upstreams) -> list[str]:
    """A line for each, with nothing secret in it."""
    live = {state.credential.id: state for state in upstreams.live()}
    return [
        f"{row.id}. {row.name} · {row.base_url} · {row.shown} · {row.state}"
        + (f" · weight {row.weight}" if row.weight != 1 else "")
        + (f" · {row.models}" if row.models else "")
        + _doing(live.get(row.id))
        + (f"\n   {_when(row.error_at)} {row.error}" if row.error else "")
        for row in await upstreams.listed()
    ]


def _doing(state: State | None) -> str:
    if state is None:
        return ""
    cooling = f" · cools down for {state.cooling:.0f} s" if state.cooling else ""
    return f" · {state.busy} under way, {state.worked} worked, {state.failed} failed{cooling}"


def _when(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%m-%d %H:%M}"
