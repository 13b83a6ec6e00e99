"""Price lists as admins read and write them: one line a price, what differs, and TOML.

A price has an address: `text.800` is the step from 800 bytes, `text.with_mode` a price beside the steps,
`pack.100` a pack, `plan.month` a subscription.
"""

import json
import re
import tomllib
from typing import Any

from billing.model_prices import Alias, ModelPrice, ModelPrices
from billing.payments.stars import Pack
from billing.price_lists import PACKS, TARIFF
from billing.tariff import Tariff
from bot.texts import money, tokens

BESIDE = {"text": "with_mode", "voice": "automatic_language"}
"""What has a price of its own beside a section's steps."""
RECORDING = "recording.minute"
"""Speech understood, by the minute begun."""
OFF = "off"
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Controls, and marks that turn a line's direction; what keeps Persian letters apart is none."""
PRICED = ("prompt", "completion", "picture", "minute", "characters", "request")


class WrongPrice(Exception):
    """What an admin wrote can't be a price; the message says what to do."""


def tariff_lines(tariff: Tariff) -> dict[str, str]:
    """Addresses, and the prices in tokens."""
    lines: dict[str, str] = {}
    for section, steps in (("text", tariff.text), ("image", tariff.image), ("voice", tariff.voice)):
        lines |= {f"{section}.{step.size}": str(tokens(step.price)) for step in steps}
    lines["text.with_mode"] = str(tokens(tariff.text_with_mode))
    lines["voice.automatic_language"] = str(tokens(tariff.automatic_language))
    lines[RECORDING] = str(tokens(tariff.recording_minute))
    return lines


def model_lines(prices: ModelPrices) -> dict[str, str]:
    """The models' prices in tokens, and the aliases."""
    lines = {f"model.{name}": _model(price) for name, price in prices.models.items()}
    for name, alias in prices.aliases.items():
        more = [f"system {alias.system!r}" * bool(alias.system)]
        more += [f"{key}={value}" for key, value in alias.parameters.items()]
        lines[f"alias.{name}"] = ", ".join(filter(None, [alias.model, *more]))
    return lines


def _model(price: ModelPrice) -> str:
    costs = {name: getattr(price, name) for name in PRICED}
    listed = ", ".join(f"{name} {tokens(amount)}" for name, amount in costs.items() if amount)
    return f"{listed or 'free'}, answer_most {price.answer_most}"


def pack_lines(packs: dict[str, Pack]) -> dict[str, str]:
    return {f"{'plan' if pack.period else 'pack'}.{pack.name}": _pack(pack) for pack in packs.values()}


def _pack(pack: Pack) -> str:
    every = " a month" if pack.period else ""
    prices = [f"⭐ {pack.stars}", *(money(price, currency) for currency, price in pack.prices.items())]
    return f"{tokens(pack.amount)} tokens{every} for {' or '.join(prices)}{', admins only' * pack.trial}"


def difference(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """A line for each price that is new, another, or gone."""
    lines = [f"{name}: {old[name]} → {new[name]}" for name in new if name in old and new[name] != old[name]]
    lines += [f"{name}: new, {new[name]}" for name in new if name not in old]
    lines += [f"{name}: {old[name]} → gone" for name in old if name not in new]
    kept_old, kept_new = [n for n in old if n in new], [n for n in new if n in old]
    if not lines and kept_old != kept_new:
        lines.append("another order: " + ", ".join(new))
    return lines


def kind_of(address: str) -> str:
    return PACKS if address.partition(".")[0] in ("pack", "plan") else TARIFF


def edited(body: str, address: str, values: list[str]) -> str:
    """The list with one price changed, as TOML. Raises WrongPrice."""
    data = tomllib.loads(body)
    section, dot, name = address.partition(".")
    if not dot or not name or not values:
        raise WrongPrice("A price has an address and a value")
    if section in ("pack", "plan"):
        _edit_pack(data, section, name, values)
        return packs_toml(data)
    if address == RECORDING and len(values) == 1:
        data["recording"] = {"minute": _number(values[0])}
        return tariff_toml(data)
    if section not in ("text", "image", "voice"):
        raise WrongPrice(f"{section!r} is none of text, image, voice, recording, pack, plan")
    _edit_tariff(data[section], section, name, values)
    return tariff_toml(data)


def _edit_tariff(part: dict[str, Any], section: str, name: str, values: list[str]) -> None:
    if len(values) != 1:
        raise WrongPrice("One number of tokens is needed, or off")
    if name == BESIDE.get(section):
        part[name] = _number(values[0])
        return
    if not name.isascii() or not name.isdigit() or len(name) > 9:
        raise WrongPrice(f"{section}.{name} is no price of the tariff; a step's is as {section}.800")
    steps = {step["from"]: step for step in part["steps"]}
    if values[0] == OFF:
        if steps.pop(int(name), None) is None:
            raise WrongPrice(f"there is no step {section}.{name}")
    else:
        steps[int(name)] = {"from": int(name), "tokens": _number(values[0])}
    part["steps"] = [steps[size] for size in sorted(steps)]


def _edit_pack(data: dict[str, Any], section: str, name: str, values: list[str]) -> None:
    rows = data.setdefault(section, [])
    known = next((row for row in rows if str(row["name"]) == name), None)
    if values == [OFF]:
        if known is None:
            raise WrongPrice(f"there is no {section}.{name}")
        rows.remove(known)
        return
    count, stars, *others = [*values, ""] if len(values) == 1 else values
    if not _whole(count) or not _whole(stars):
        raise WrongPrice("Whole numbers of tokens and of Stars are needed, as 120 110, or off")
    prices = dict(_other_price(word) for word in others)
    if known is None:
        known = {"name": name}
        rows.append(known)
    known["tokens"], known["stars"] = int(count), int(stars)
    if others:
        known["prices"] = {currency: price for currency, price in prices.items() if price is not None}


def _other_price(word: str) -> tuple[str, int | None]:
    """`USD=199`; `off` instead of the number, and the pack is not sold for it. Raises WrongPrice."""
    currency, _, price = word.partition("=")
    if not re.fullmatch(r"[A-Z]{3}", currency) or not (_whole(price) or price == OFF):
        raise WrongPrice(f"{word!r} is no price in money, as USD=199 (cents), or USD=off")
    return currency, None if price == OFF else int(price)


def _whole(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10


def _number(word: str) -> int | float:
    try:
        return int(word) if word.isdigit() else float(word)
    except ValueError:
        raise WrongPrice(f"{word!r} is no number of tokens, as 2 or 2.5") from None


def tariff_toml(data: dict[str, Any]) -> str:
    parts = []
    for section in ("text", "image", "voice"):
        steps = ", ".join(f"{{ from = {s['from']}, tokens = {s['tokens']} }}" for s in data[section]["steps"])
        part = f"[{section}]\nsteps = [{steps}]\n"
        if beside := BESIDE.get(section):
            part += f"{beside} = {data[section][beside]}\n"
        parts.append(part)
    if "recording" in data:
        parts.append(f"[recording]\nminute = {data['recording']['minute']}\n")
    parts += [_table("models", name, row) for name, row in data.get("models", {}).items()]
    parts += [_table("aliases", name, row) for name, row in data.get("aliases", {}).items()]
    return "\n".join(parts)


def _table(section: str, name: str, row: dict[str, Any]) -> str:
    return f"[{section}.{_toml(name)}]\n" + "".join(f"{_toml(key)} = {_toml(row[key])}\n" for key in row)


def _toml(value: Any) -> str:
    """A value that TOML has. Raises WrongPrice."""
    match value:
        case bool() | str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case int() | float():
            return repr(value)
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return "{" + ", ".join(f"{_toml(str(key))} = {_toml(one)}" for key, one in value.items()) + "}"
        case _:
            raise WrongPrice(f"{value!r} can't be kept there")


def with_alias(body: str, name: str, alias: Alias | None) -> str:
    """The tariff with this public name for a model, or (None) without it, as TOML. Raises WrongPrice."""
    data = tomllib.loads(body)
    aliases = data.setdefault("aliases", {})
    if alias is None:
        if aliases.pop(name, None) is None:
            raise WrongPrice(f"there is no alias {name!r}")
        return tariff_toml(data)
    if UNSEEN.search(name) or not 1 <= len(name) <= 100 or not 1 <= len(alias.model) <= 200:
        raise WrongPrice("An alias has a name of 1 to 100 characters, and a model")
    row = {"model": alias.model, "system": alias.system, "parameters": dict(alias.parameters)}
    aliases[name] = {key: value for key, value in row.items() if value}
    return tariff_toml(data)


def packs_toml(data: dict[str, Any]) -> str:
    parts = []
    for section in ("pack", "plan"):
        for row in data.get(section, ()):
            part = f"[[{section}]]\nname = {json.dumps(str(row['name']), ensure_ascii=False)}\n"
            part += f"tokens = {row['tokens']}\nstars = {row['stars']}\n"
            if row.get("trial"):
                part += "trial = true\n"
            if prices := row.get("prices"):
                listed = ", ".join(f"{json.dumps(currency)} = {price}" for currency, price in prices.items())
                part += f"prices = {{ {listed} }}\n"
            parts.append(part)
    return "\n".join(parts)
