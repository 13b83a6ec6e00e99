"""GET /docs and /docs/fa: the API on one page, made from the OpenAPI document; no script, nothing from
elsewhere."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web

from handlers.http.callback_api import CALLBACK_API
from handlers.http.codes import MEANINGS
from handlers.http.documentation_words import ENGLISH, PERSIAN, Words
from handlers.http.openapi import NAMES, document
from handlers.http.site import SITE

ROUTES = web.RouteTableDef()
SAMPLES = Path(__file__).parents[2] / "docs" / "samples"

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { background: #f4f4f2; padding: .8rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: start; vertical-align: top; }
td:first-child { white-space: nowrap; }
@media (prefers-color-scheme: dark) {
  body { background: #181818; color: #ddd; } pre { background: #262626; } a { color: #9cf; }
}
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'",
    "X-Content-Type-Options": "nosniff",
}


@ROUTES.get("/docs")
async def docs(request: web.Request) -> web.Response:
    return _answer(request, ENGLISH)


@ROUTES.get("/docs/fa")
async def persian(request: web.Request) -> web.Response:
    return _answer(request, PERSIAN)


def _answer(request: web.Request, words: Words) -> web.Response:
    described = document(request.app[CALLBACK_API].contract, request.app[SITE].base)
    return web.Response(text=page(described, words), content_type="text/html", headers=HEADERS)


def page(described: Mapping[str, Any], words: Words) -> str:
    schemas = described["components"]["schemas"]
    codes = ((str(code), words.of(str(code), meaning)) for code, meaning in MEANINGS.items())
    parts = [
        f"<p>{words.elsewhere}<h1>{words.title}</h1><p>{words.introduction}</p>",
        f"<ul>{''.join(f'<li>{note}' for note in words.notes)}</ul>",
        *(f"<h2><bdi>{words.kind} {escape(kind)}</bdi></h2>{_parameters(schemas[name], words)}"
          for kind, name in NAMES.items()),
        f"<h2>{words.answer}</h2>{_parameters(schemas['Answer'], words, 'Answer.')}",
        f"<h2>{words.codes}</h2>{_table(words, codes)}",
        f"<h2>{words.addresses}</h2>{_table(words, _operations(described['paths'], words))}",
        *(f"<h2>{escape(title)}</h2><pre dir=ltr>{escape(sample(name))}</pre>"
          for name, title in words.samples.items()),
    ]  # fmt: skip
    return (
        f"<!doctype html><html lang={words.language} dir={words.direction}><meta charset=utf-8>"
        f"<title>{words.title}</title><meta name=viewport content='width=device-width'>"
        f"<style>{STYLE}</style>{''.join(parts)}"
    )


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def _parameters(schema: Mapping[str, Any], words: Words, prefix: str = "") -> str:
    rows = ((name, _said(prefix + name, of, words)) for name, of in schema["properties"].items())
    return _table(words, rows)


def _said(name: str, of: Mapping[str, Any], words: Words) -> str:
    either = of.get("anyOf", [{}])[0] if "type" not in of else of
    said = [words.of(name, str(of.get("description", "")))]
    if options := [option for option in of.get("enum", ()) if option != ""]:
        said.append(words.one_of.format(options=", ".join(map(str, options))))
    if "minimum" in either:
        bounds = words.between if "maximum" in either else words.at_least
        said.append(bounds.format(least=either["minimum"], most=either.get("maximum")))
    return " ".join(filter(None, said))


def _operations(paths: Mapping[str, Any], words: Words) -> Iterable[tuple[str, str]]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            if method != "parameters":
                name = f"{method.upper()} {path}"
                yield name, words.of(name, operation["summary"])


def _table(words: Words, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"<tr><td><code dir=ltr>{escape(name)}</code><td>{escape(said)}" for name, said in rows]
    return f"<table><tr><th>{words.head[0]}<th>{words.head[1]}{''.join(lines)}</table>"
