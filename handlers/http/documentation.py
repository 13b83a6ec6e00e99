"""GET /docs: the API on one page, made from the OpenAPI document; no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web

from handlers.http.callback_api import CALLBACK_API, HISTORIC, PATH
from handlers.http.codes import MEANINGS
from handlers.http.openapi import NAMES, document
from handlers.http.site import SITE

ROUTES = web.RouteTableDef()
SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
SHOWN = {
    "ask.sh": "curl: ask, and fetch the answer",
    "ask.php": "PHP: ask, and be called back",
    "answer.php": "PHP: be called back",
    "ask.py": "Python: ask, and fetch the answer",
}

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { background: #f4f4f2; padding: .8rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top; }
td:first-child { white-space: nowrap; }
[dir=rtl] { background: #f8f8f4; padding: .5rem 1rem; }
@media (prefers-color-scheme: dark) {
  body { background: #181818; color: #ddd; } pre, [dir=rtl] { background: #262626; } a { color: #9cf; }
}
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'",
    "X-Content-Type-Options": "nosniff",
}

INTRODUCTION = (
    f"Post to <code>{HISTORIC}</code>, or to <code>{PATH}</code>, as a form or as JSON. You get an id and a"
    " place in the queue at once, with HTTP 200 also for refusals: look at <code>status</code>. The answer is"
    " posted to your <code>callback</code> address, or fetched from <code>/api/v1/jobs/&lt;id&gt;</code>."
    " Empty parameters count as absent. For machines: <a href='/openapi.json'>openapi.json</a>."
)
PERSIAN = (
    f"درخواست را به <code dir=ltr>{HISTORIC}</code> یا <code dir=ltr>{PATH}</code> بفرستید، به صورت فرم یا"
    " JSON. بلافاصله یک شماره و نوبت خود در صف را می‌گیرید. پاسخ به نشانی <code dir=ltr>callback</code> شما"
    " فرستاده می‌شود، یا می‌توانید آن را از <code dir=ltr>/api/v1/jobs/&lt;id&gt;</code> بگیرید. اگر"
    " <code dir=ltr>status</code> برابر true نباشد، دلیل آن در <code dir=ltr>detail</code> آمده و توکنی کسر"
    " نشده است."
)


@ROUTES.get("/docs")
async def docs(request: web.Request) -> web.Response:
    described = document(request.app[CALLBACK_API].contract, request.app[SITE].base)
    return web.Response(text=page(described), content_type="text/html", headers=HEADERS)


def page(described: Mapping[str, Any]) -> str:
    schemas = described["components"]["schemas"]
    parts = [
        f"<h1>Callback API</h1><p>{INTRODUCTION}</p><p dir=rtl lang=fa>{PERSIAN}</p>",
        *(f"<h2>which = {escape(kind)}</h2>{_parameters(schemas[name])}" for kind, name in NAMES.items()),
        f"<h2>The answer</h2>{_parameters(schemas['Answer'])}",
        f"<h2>Codes</h2>{_table(('code', 'meaning'), ((str(c), m) for c, m in MEANINGS.items()))}",
        f"<h2>Addresses</h2>{_table(('', ''), _operations(described['paths']))}",
        *(f"<h2>{escape(title)}</h2><pre>{escape(sample(name))}</pre>" for name, title in SHOWN.items()),
    ]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Callback API</title>"
        "<meta name=viewport content='width=device-width'>"
        f"<style>{STYLE}</style>{''.join(parts)}"
    )


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def _parameters(schema: Mapping[str, Any]) -> str:
    rows = ((name, _said(of)) for name, of in schema["properties"].items())
    return _table(("name", "meaning"), rows)


def _said(of: Mapping[str, Any]) -> str:
    either = of.get("anyOf", [{}])[0] if "type" not in of else of
    said = [str(of.get("description", ""))]
    if options := [option for option in of.get("enum", ()) if option != ""]:
        said.append("One of: " + ", ".join(map(str, options)) + ".")
    if "minimum" in either:
        said.append(
            f"From {either['minimum']}" + (f" to {either['maximum']}." if "maximum" in either else ".")
        )
    return " ".join(filter(None, said))


def _operations(paths: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            if method != "parameters":
                yield f"{method.upper()} {path}", operation["summary"]


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"<tr><td><code>{escape(name)}</code><td>{escape(said)}" for name, said in rows]
    return f"<table><tr><th>{head[0]}<th>{head[1]}{''.join(lines)}</table>"
