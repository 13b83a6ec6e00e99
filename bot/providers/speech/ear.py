"""Text for the ear: what a person would read out of Markdown, or say in the place of what can't be read.

In two steps, because the language is found out between them: `prose` takes away what is for the eye,
`said` puts words of the language where code and formulas were, and spells its numbers out.
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.providers.speech.numbers import Reading, with_numbers_in_words

WORDS_FILE = Path(__file__).parents[2] / "catalog" / "spoken_words.toml"

CODE_MARK, FORMULA_MARK = "\ue000", "\ue001"
"""Stand for code (followed by as many line marks as it has lines, told by a number) and for a formula."""
CODE = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
CODE_IN_LINE = re.compile(r"```(.+?)```", re.DOTALL)
FORMULA = re.compile(
    r"\$\$([^$]+)\$\$|\\\[((?:[^\\]|\\[^\[\]])+)\\\]|\\\(((?:[^\\]|\\[^()])+)\\\)"
    r"|(?<![A-Za-z0-9_$])\$(?=\S)([^$\n\\^_=]*[\\^_=][^$\n]*)(?<!\s)\$(?![0-9])"
    r"|(?<![A-Za-z0-9_$])\$([a-zA-Z](?:[\w+*/(), -]{0,40}[\w)])?)\$(?![\w$])"
)
"""None looks for its end beyond the next beginning: a text of nothing but beginnings would take the square
of its length, and hold everybody up."""
SURROUNDED = re.compile(r"\\begin\{(\w{1,20}\*?)\}(?:[^\\]|\\(?!begin\{))*?\\end\{\1\}")
SIMPLE_FORMULA = re.compile(r"[\w\s.,+=()]+")
PICTURE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()]*\([^()]*\)[^()]*|[^)]{0,2000})\)")
ADDRESS = re.compile(
    r"<?(?<![A-Za-z0-9_])(?:https?://|www\.)[^\s<>\u3000-\u9fff\uac00-\ud7af\uff00-\uffef«»“”،؛؟]+>?"
)
"""Chinese, Japanese and Korean go on behind an address without a blank."""
MAIL = re.compile(r"<([^\s<>@]+@[^\s<>@]+)>")
TABLE_RULE = re.compile(r"^(?=[|: \t]*-)[ \t]*[|:\-][|:\- \t]*$", re.MULTILINE)
TABLE_ROW = re.compile(r"^[ \t]*\|(.+)\|[ \t]*$", re.MULTILINE)
LINE_MARKS = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|(?:>[ \t]?)+|[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?)", re.MULTILINE
)
MARKS = re.compile(r"\*+|__+|~~|\|\||[`|]|(?<!\w)_|_(?!\w)|</?[a-zA-Z][^<>\n]{0,80}>")
TIMES = re.compile(r"(?<=[0-9۰-۹]) ?\* ?(?=[0-9۰-۹])")
BETWEEN = re.compile(r"(?<=\w)\^(?=\w)|(?<=[0-9۰-۹])(?:\*\*|\|)(?=[0-9۰-۹])")
"""Between numbers a mark is none, and without it two numbers would be read as one."""
MENTION = re.compile(r"(?<!\w)[@#](?=\w)")
UNSPOKEN = frozenset(("So", "Sk", "Cs", "Cn", "Cc"))
"""Categories of characters that nobody reads out: emoji among them."""
ORNAMENTED = re.compile("[\U0001d400-\U0001d7ff\uff10-\uff19\uff21-\uff5a]+")
"""Bold, script and wide letters, in which people write names: engines spell their numbers in Unicode."""
JOINERS = "\u200d\ufe0e\ufe0f\u20e3"
ARABIC_VARIANTS = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "هٔ", "ة": "ه", "ـ": None, "أ": "ا", "ٱ": "ا"}
)
HALF_SPACE = "\u200c"


def prose(text: str) -> str:
    """What is for the ear, with marks where code and formulas were."""
    text = ORNAMENTED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text.replace("\r\n", "\n"))
    text = CODE.sub(lambda found: _code(found[2]), text)
    text = CODE_IN_LINE.sub(r"\1", text)
    for _ in range(2):  # one may be in another
        text = SURROUNDED.sub(f" {FORMULA_MARK} ", text)
    text = FORMULA.sub(lambda found: _formula(next(filter(None, found.groups()))), text)
    text = PICTURE_OR_LINK.sub(r"\1", PICTURE_OR_LINK.sub(r"\1", text))  # a picture may be a link's words
    text = ADDRESS.sub(lambda found: _host(found[0]), text)
    text = MAIL.sub(r"\1", text)
    text = TABLE_ROW.sub(lambda found: _row(found[1]), TABLE_RULE.sub("", text))
    text = BETWEEN.sub(" ", TIMES.sub(" × ", LINE_MARKS.sub("", text)))
    text = MARKS.sub("", text)
    text = "".join(character for character in MENTION.sub("", text) if _is_spoken(character))
    text = re.sub(r"[ \t]+", " ", text)
    return re.sub(r"(?<!\s)\s*\n\s*", "\n", text).strip()


def said(text: str, language: str) -> str:
    """Prose as it is read out in that language of voices.tsv."""
    announced = _words("announced", language)
    text = re.sub(f"{CODE_MARK}([0-9]+)", lambda found: _announced(announced, int(found[1])), text)
    text = text.replace(FORMULA_MARK, announced.get("formula", " "))
    for short, long in _words("abbreviations", language).items():
        text = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", long, text, flags=re.IGNORECASE)
    text = with_numbers_in_words(text, language, _reading(language))
    text = re.sub(r"(?<! ) +([.,;:!?؟،؛])", r"\1", text)
    return persian(text) if language == "fa" else text.replace(HALF_SPACE, "")


def persian(text: str) -> str:
    """Letters in their Persian form, half-spaces only within words."""
    text = text.translate(ARABIC_VARIANTS)
    text = re.sub(f"{HALF_SPACE}+", HALF_SPACE, text)
    return re.sub(rf"{HALF_SPACE}(?!\w)|(?<!\w){HALF_SPACE}", "", text)


def _code(code: str) -> str:
    lines = len([line for line in code.splitlines() if line.strip()])
    return f"\n{CODE_MARK}{lines}.\n" if lines else "\n"


def _announced(words: dict[str, str], lines: int) -> str:
    return words.get("line" if lines == 1 else "code", " ").format(n=lines)


def _formula(formula: str) -> str:
    return formula if SIMPLE_FORMULA.fullmatch(formula) else f" {FORMULA_MARK} "


def _host(address: str) -> str:
    """A person says whose page it is, not every letter of the address."""
    address = address.strip("<>")
    bare = address.rstrip(".,;:!?)؟،")
    end = address[len(bare) :]
    try:
        host = urlsplit(bare if "//" in bare else f"//{bare}").hostname or ""
    except ValueError:
        host = ""
    return host.removeprefix("www.") + end


def _row(cells: str) -> str:
    return ", ".join(cell.strip() for cell in cells.split("|") if cell.strip()) + "."


def _is_spoken(character: str) -> bool:
    if character in (CODE_MARK, FORMULA_MARK, "\n", "\t", "°", "№"):
        return True
    return character not in JOINERS and unicodedata.category(character) not in UNSPOKEN


def _words(table: str, language: str) -> dict[str, str]:
    found: dict[str, str] = _words_file()[table].get(language, {})
    return found


def _reading(language: str) -> Reading:
    words = _words_file()
    given = {table: words[table][language] for table in Reading._fields if language in words[table]}
    return Reading(**given)


@cache
def _words_file() -> dict[str, Any]:
    return tomllib.loads(WORDS_FILE.read_text("utf-8"))
