"""Numbers, dates and times in words, where num2words knows the language; else the engine reads the digits."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import NamedTuple

from bot.providers.speech.russian import with_ordinals

NAMES = {"nb": "no", "kk": "kz", "bn-BD": "bn", "bn-IN": "bn"}
"""num2words' names for languages that it knows by another."""
LANGUAGES = frozenset((
    "cs", "da", "de", "en", "es", "fa", "fi", "fr", "hu", "id", "is", "it", "lt", "lv", "nb", "nl", "pl",
    "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk", "vi",
))  # fmt: skip
"""Those whose words for numbers are spelled as people write them; the others' digits are left alone."""
POINTS = {"it": "virgola", "tr": "virgül", "vi": "phẩy", "fa": "ممیز"}
"""The word for the decimal point where num2words loses digits behind it (0.05 is its half in Persian)."""
PERSIAN_PARTS = ("دهم", "صدم", "هزارم")
LONGEST = 15
"""Digits; a longer number is read digit by digit."""

DATE = re.compile(r"(?<![A-Za-z0-9_.,/-])([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?![A-Za-z0-9_/-])")
DAY_FIRST = re.compile(
    r"(?<![A-Za-z0-9_.,/-])([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})(?![A-Za-z0-9_/-]|[.][0-9])"
)
TIME = re.compile(
    r"(?<![A-Za-z0-9_:.])([01]?[0-9]|2[0-3]):([0-5][0-9])(?:\s?([ap]\.?m)\b)?(?![A-Za-z0-9_:])", re.IGNORECASE
)
PERCENT = re.compile(
    r"(?<![A-Za-z0-9_.,])((?:[0-9]+[.,٬٫])*[0-9]+)\s?[%٪](?![0-9])|(?<![A-Za-z0-9_%٪])[%٪]\s?((?:[0-9]+[.,٬٫])*[0-9]+)"
)
SCALE = (
    "thousand|million|billion|trillion|هزار|میلیون|میلیارد|тыс[.]|тысяч[аи]?|млн|млрд"
    "|миллион(?:а|ов)?|миллиард(?:а|ов)?|[千万亿萬億]+"
)
TELEPHONE = re.compile(r"(?<![\w.,])0[0-9]+-[0-9]{5,}(?![\w-])")
ENGLISH_TELEPHONE = re.compile(
    r"(?<![\w.,])(?:[+][0-9][0-9 ()-]{5,20}[0-9]|[(]?[0-9]{3}[)]?[ -][0-9]{3}-[0-9]{4})(?![\w-])|"
    + TELEPHONE.pattern
)
"""Digit by digit; others say the groups that they are written in as numbers."""
POINT = ("en", "fa")
"""The others' decimals have a comma: 1,5 is one and a half."""
GROUPED_BY_POINTS = frozenset(("da", "de", "es", "id", "is", "it", "nl", "pt", "ro", "sl", "sr", "tr", "vi"))
"""1.500 is fifteen hundred."""
GROUPS = {"en": "(?:,[0-9]{3})+", "fa": "(?:[,٬،][0-9]{3}|[.]000)+"}
BY_BLANKS = r"(?<![+])(?<![0-9]\s)[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?!\s?-?[0-9])"
"""What stands in a longer row of digits, or begins with +, is a telephone number."""
GREGORIAN_OR_NOT = range(1200, 1600)


class Reading(NamedTuple):
    """How a language reads what is written with digits; its numbers themselves are num2words'."""

    months: Sequence[str] = ()
    iranian: Sequence[str] = ()
    """Months of Iran's own calendar."""
    dates: str = "{day} {month} {year}"
    times: Sequence[str] = ("{h} 00", "{h} 0 {m}", "{h} {m}")
    percent: str | Sequence[str] = ""
    """With the number in it; or the words for one, few and many."""
    currencies: Mapping[str, Sequence[str | Sequence[str]]] = {}
    """By their sign, the words for the whole and for its hundredth."""
    coins: str = "{whole} {part}"


def with_numbers_in_words(text: str, language: str, reading: Reading) -> str:
    text = _plain_digits(text)
    if not any(character.isdigit() for character in text):
        return text
    if reading.months:
        text = DATE.sub(lambda found: _date(found.groups(), found[0], reading), text)
        text = DAY_FIRST.sub(lambda found: _date(found.groups()[::-1], found[0], reading), text)
    if language in LANGUAGES or reading.times != Reading().times:
        text = TIME.sub(lambda found: _time(found, reading.times), text)
    if reading.percent:
        text = PERCENT.sub(lambda found: _counted(found[1] or found[2], reading.percent), text)
    if reading.currencies:
        for sums in _sums(language):
            text = sums.sub(lambda found: _money(found, reading), text)
    if language not in LANGUAGES:
        return text
    if language == "ru" and _known():
        text = with_ordinals(text)
    telephone = ENGLISH_TELEPHONE if language == "en" else TELEPHONE
    text = telephone.sub(lambda found: _groups(found[0], language), text)
    return _number(language).sub(lambda found: _in_words(found, language), text)


def _date(numbers: Sequence[str], written: str, reading: Reading) -> str:
    year, month, day = map(int, numbers)
    names = reading.iranian if reading.iranian and year in GREGORIAN_OR_NOT else reading.months
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return written
    return reading.dates.format(day=day, month=names[month - 1], year=year)


def _time(found: re.Match[str], ways: Sequence[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    full, early, later = ways
    if found[3]:  # am or pm: ten am, not ten o'clock am
        full = "{h}"
    way = later if minute > 9 else early if minute else full
    return way.format(h=hour, m=minute) + (f" {found[3]}" if found[3] else "")


@cache
def _sums(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Money with its sign before and behind the number."""
    sign, groups = "[$€£₽¥]", "[,٬ \u00a0\u202f]" if language == "ru" else "[,٬]"
    number = rf"(?P<whole>[0-9]{{1,3}}(?:{groups}[0-9]{{3}}){{1,4}}|[0-9]+)(?:[.,٫](?P<part>[0-9]+))?"
    scaled = rf"{number}(?P<scale> ?(?:{SCALE}))?"
    return (
        re.compile(rf"(?<![\w$€£₽¥])(?P<sign>{sign}) ?{scaled}(?![\w$€£₽¥]|[.,:][0-9]|[-–]{sign}?[0-9])"),
        re.compile(rf"(?<![\w.,$€£₽¥-]){scaled} ?(?P<sign>{sign})(?![\w$€£₽¥])"),
    )


def _money(found: re.Match[str], reading: Reading) -> str:
    sign, part, scale = found["sign"], found["part"], found["scale"]
    if sign not in reading.currencies:
        return found[0]
    unit, coin = reading.currencies[sign]
    whole = re.sub("[^0-9]", "", found["whole"])
    number = f"{whole}.{part}" if part else whole
    if scale:
        return unit.format(n=f"{number}{scale}") if isinstance(unit, str) else f"{number}{scale} {unit[-1]}"
    if not part or len(part) > 2 or not coin:
        return _counted(number, unit)
    if not int(part):
        return _counted(whole, unit)
    coins = _counted(str(int(part.ljust(2, "0"))), coin)
    return reading.coins.format(whole=_counted(whole, unit), part=coins) if int(whole) else coins


def _counted(number: str, words: str | Sequence[str]) -> str:
    if isinstance(words, str):
        return words.format(n=number)
    one, *few, many = words
    if not few:
        return f"{number} {one if number == '1' else many}"
    if not number.isdigit():
        return f"{number} {few[0]}"
    last, teens = int(number[-1]), number[-2:-1] == "1"
    return f"{number} {many if teens or last in (0, 5, 6, 7, 8, 9) else one if last == 1 else few[0]}"


@cache
def _number(language: str) -> re.Pattern[str]:
    """Its groups: minus, the whole, the part behind the point."""
    if language in POINT:
        point, whole = "[.٫]", f"[0-9]{{1,3}}{GROUPS[language]}"
    else:
        groups = "|(?:[.][0-9]{3}){1,2}" if language in GROUPED_BY_POINTS else ""
        point, whole = "[.,]", f"{BY_BLANKS}|[0-9]{{1,3}}(?:(?:,[0-9]{{3}}){{2,3}}{groups})"
    separators = "[.]" if language in POINT else "[.,]"  # in more than these it is a date or a list
    return re.compile(
        rf"(?<![\w.$€£¥₽])(?<![0-9]{separators})(-?)({whole}|[0-9]+)(?:{point}([0-9]+))?(?!\w|{separators}[0-9])"
    )


def _plain_digits(text: str) -> str:
    """Persian and Arabic digits as 0 to 9."""
    return "".join(
        str(unicodedata.digit(character)) if character in "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩" else character
        for character in text
    )


def _in_words(found: re.Match[str], language: str) -> str:
    minus, grouped, part = found.groups()
    said = _value(re.sub("[^0-9]", "", grouped), part or "", language)
    if not minus or said is None:
        return said or found[0]
    # Of its own, because num2words loses the sign of what is between 0 and -1.
    word = _word("-1", language).split()[0]
    return f"{word} {said}" if word.isalpha() else found[0]


def _value(whole: str, part: str, language: str) -> str | None:
    if len(whole) > LONGEST or (len(whole) > 1 and whole.startswith("0")):
        return None if part else _one_by_one(whole, language)
    if part and language in POINTS:
        return _with_part(whole, part, language)
    said = _word(f"{whole}.{part}" if part else whole, language)
    return None if said[:1].isdigit() else said


def _groups(number: str, language: str) -> str:
    plus = "+" if number.startswith("+") else ""
    return plus + ", ".join(_one_by_one(group, language) for group in re.findall("[0-9]+", number))


def _one_by_one(digits: str, language: str) -> str:
    return " ".join(_word(digit, language) for digit in digits)


def _with_part(whole: str, part: str, language: str) -> str:
    short = part.rstrip("0")
    if language != "fa" or len(short) > len(PERSIAN_PARTS):
        return f"{_word(whole, language)} {POINTS[language]} {_one_by_one(part, language)}"
    behind = f"{_word(short, language)} {PERSIAN_PARTS[len(short) - 1]}" if short else ""
    said = (_word(whole, language) if whole != "0" or not short else "", "نیم" if short == "5" else behind)
    return " و ".join(filter(None, said))


@cache
def _known() -> bool:
    """num2words takes 0.1 s to import, so it is when the first number comes."""
    try:
        import num2words  # noqa: F401
    except ImportError:
        return False
    return True


def _word(digits: str, language: str) -> str:
    if not _known():
        return digits
    from num2words import num2words

    try:
        value = Decimal(digits) if "." in digits else int(digits)
        return str(num2words(value, lang=NAMES.get(language, language))).replace("-", " ")
    except (NotImplementedError, OverflowError, ValueError, IndexError, TypeError, InvalidOperation):
        return digits
