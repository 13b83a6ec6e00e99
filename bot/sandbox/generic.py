"""The methods that play no part here (business accounts, stories, gifts, sticker sets …): their chat is
checked, then they get the smallest answer that aiogram can read, with what the parameters already say."""

from __future__ import annotations

from typing import Any

from bot.sandbox.api import Call
from bot.sandbox.typed import Model, returns, smallest


def answer_smallest(call: Call, model: Model) -> Any:
    hints = dict(call.params)
    if "chat_id" in hints and "chat_id" in model.model_fields:
        hints["chat"] = call.chat().info
    hints["user"] = hints["from_user"] = hints["creator"] = call.world.bot
    hints["from"] = call.world.bot
    kinds = returns(model)
    if bool in kinds:
        return True
    return smallest(model.__returning__, hints)
