"""Russian declines its numbers: what a digit's ending or the word behind it tells is said so."""

import re
from typing import Any

FEMALE, NEUTER = {"gender": "f"}, {"gender": "n"}
GENITIVE, DATIVE, PREPOSITIONAL = {"case": "g"}, {"case": "d"}, {"case": "p"}
FEMALE_ACCUSATIVE, SEVERAL = {"case": "a", "gender": "f"}, {"case": "p", "plural": True}
FORMS: dict[str, dict[str, Any]] = {
    "й": {}, "ый": {}, "ий": {}, "ой": {}, "я": FEMALE, "ая": FEMALE, "е": NEUTER, "ое": NEUTER,
    "го": GENITIVE, "ого": GENITIVE, "му": DATIVE, "ому": DATIVE, "м": PREPOSITIONAL, "ом": PREPOSITIONAL,
    "ю": FEMALE_ACCUSATIVE, "ую": FEMALE_ACCUSATIVE, "х": SEVERAL, "ых": SEVERAL,
    "год": {}, "года": GENITIVE, "году": PREPOSITIONAL, "годом": {"case": "i"}, "г.": GENITIVE,
}  # fmt: skip
"""num2words' words for the forms of ordinal numbers."""
ENDED = re.compile(r"(?<![\w.,])([0-9]{1,4})-(й|[ыио]й|я|ая|е|ое|о?го|о?му|о?м|у?ю|ы?х)(?!\w)")
YEAR = re.compile(r"(?<![\w.,-])([0-9]{4}) (год|года|году|годом|г\.)(?: г(?:ода|\.))?(?!\w)")
MONTHS = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
DAY = re.compile(rf"(?<![\w.,–-])([0-9]{{1,2}}) (?=(?:{MONTHS})(?!\w))")

KOPECKS = re.compile(r"(?<![\w.,-])([0-9]{1,2}) (?=копе(?:йк[аи]|ек)(?!\w))")


def with_ordinals(text: str) -> str:
    from num2words import num2words

    def said(number: str, form: dict[str, Any]) -> str:
        return str(num2words(int(number), lang="ru", to="ordinal", **form))

    text = ENDED.sub(lambda found: said(found[1], FORMS[found[2]]), text)
    text = YEAR.sub(lambda found: f"{said(found[1], FORMS[found[2]])} {found[2].replace('г.', 'года')}", text)
    text = KOPECKS.sub(lambda found: num2words(int(found[1]), lang="ru", **FEMALE) + " ", text)
    return DAY.sub(lambda found: said(found[1], NEUTER) + " ", text)
