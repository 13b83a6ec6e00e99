"""What the bot says about itself: its user, its commands by scope and language, names, menu button."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.sandbox.access import open_chat
from bot.sandbox.api import Call, answers
from bot.sandbox.refusals import bad
from bot.sandbox.world import World

Json = dict[str, Any]

COMMANDS_MAX = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


@answers("getMe")
def get_me(call: Call) -> Json:
    return {
        **call.world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@answers("close", "logOut")
def leave(call: Call) -> bool:
    return True


def _name(scope: Json | None, language_code: str) -> str:
    return f"commands {json.dumps(scope or {'type': 'default'}, sort_keys=True)} {language_code}"


@answers("setMyCommands")
def set_my_commands(call: Call) -> bool:
    commands = call.params["commands"]
    if len(commands) > COMMANDS_MAX:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(command["command"].removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    scope = call.get("scope") or {}
    if "chat_id" in scope:
        open_chat(call.world, scope["chat_id"])
    name = _name(scope, call.get("language_code", ""))
    call.world.keep_setting(name, {"commands": commands})
    return True


@answers("deleteMyCommands")
def delete_my_commands(call: Call) -> bool:
    call.world.keep_setting(_name(call.get("scope"), call.get("language_code", "")), {"commands": []})
    return True


@answers("getMyCommands")
def get_my_commands(call: Call) -> list[Json]:
    name = _name(call.get("scope"), call.get("language_code", ""))
    found: list[Json] = call.world.kept.get(name, {}).get("commands", [])
    return found


def commands_shown(world: World, person: int | None, language_code: str | None) -> list[Json]:
    """What the app lists in a private chat: the narrowest scope with commands, in the language or in none."""
    scopes: list[Json] = [{"type": "all_private_chats"}, {"type": "default"}]
    if person is not None:
        scopes.insert(0, {"type": "chat", "chat_id": person})
    for scope in scopes:
        for language in (language_code or "", ""):
            found: list[Json] = world.kept.get(_name(scope, language), {}).get("commands", [])
            if found:
                return found
    return []


_TEXTS = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}


@answers(*(f"setMy{kind}" for kind in _TEXTS))
def set_my_text(call: Call) -> bool:
    kind = _TEXTS[call.method.removeprefix("setMy")]
    call.world.keep_setting(f"{kind} {call.get('language_code', '')}", {kind: call.get(kind, "")})
    return True


@answers(*(f"getMy{kind}" for kind in _TEXTS))
def get_my_text(call: Call) -> Json:
    kind = _TEXTS[call.method.removeprefix("getMy")]
    otherwise = {kind: call.world.bot["first_name"] if kind == "name" else ""}
    general = call.world.kept.get(f"{kind} ", otherwise)
    return call.world.kept.get(f"{kind} {call.get('language_code', '')}", general)


def presented(world: World, language_code: str | None) -> Json:
    """Each of the texts in the language, or in none."""
    found = {"name": world.bot["first_name"], "description": "", "short_description": ""}
    for kind in found:
        for language in ("", language_code or ""):
            found[kind] = world.kept.get(f"{kind} {language}", {}).get(kind) or found[kind]
    return found


@answers("setChatMenuButton")
def set_chat_menu_button(call: Call) -> bool:
    call.world.keep_setting(f"menu {call.get('chat_id', '')}", call.get("menu_button", {"type": "default"}))
    return True


@answers("getChatMenuButton")
def get_chat_menu_button(call: Call) -> Json:
    general = call.world.kept.get("menu ", {"type": "default"})
    return call.world.kept.get(f"menu {call.get('chat_id', '')}", general)
