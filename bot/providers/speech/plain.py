"""Markdown as words to be spoken."""

import re

from bot.providers.speech.engine import pieces

CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
ADDRESS = re.compile(r"https?://\S+")
LINE_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+|\|?[-:| ]{3,}$)", re.MULTILINE)
MARKS = re.compile(r"\*\*|__|~~|\|\||[*`|]|(?<!\w)_|_(?!\w)")


def plain_words(markdown: str, most: int) -> str:
    """The text without marks, code and addresses, at most so many characters, cut after a sentence."""
    text = LINK.sub(r"\1", CODE.sub(" ", markdown))
    for marks in (ADDRESS, LINE_MARKS, MARKS):
        text = marks.sub(" ", text)
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r"\s*\n\s*", "\n", text).strip()
    return next(iter(pieces(text, most)), "")
