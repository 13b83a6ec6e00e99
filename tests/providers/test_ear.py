"""Text for the ear: what is read out of Markdown, numbers in words, and runs of one language."""

import pytest

from bot.catalog.voices import read_voices
from bot.providers.speech import ear
from bot.providers.speech.runs import runs, voice_for

VOICES = read_voices()


def heard(text, language="en"):
    return ear.said(ear.prose(text), language)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("## Title\n\n- **one** `two`\n- [three](http://x)", "Title\none two\nthree"),
        ("> four_five\n> ~~six~~ __seven__ *eight*", "four_five\nsix seven eight"),
        ("See https://www.example.org/a?b=1&c=2.", "See example.org."),
        ("See www.example.org.", "See example.org."),
        ("网址https://example.org/x，邮箱在后面", "网址example.org，邮箱在后面"),
        ("看 https://example.org/a。再见。", "看 example.org。再见。"),
        ("سایت https://fa.example.org/تهران، بعد", "سایت fa.example.org، بعد"),
        ("Write to <ada@example.org>.", "Write to ada@example.org."),
        ("公式$E=mc^2$很有名", "公式 a formula 很有名"),
        ("![a cat](https://x.org/cat.png) here", "a cat here"),
        ("[![a badge](https://x.org/b.svg)](https://x.org) here", "a badge here"),
        ("[Go](https://x.org/Go_(game)) is old", "Go is old"),
        ("[broken](https://x.org/(b) link", "broken link"),
        ("Well done 👍🏽 👨‍👩‍👧 ❤️!", "Well done!"),
        ("| a | b |\n|---|:-:|\n| c | d |", "a, b.\nc, d."),
        ("@ada likes #python", "ada likes python"),
        ("<b>bold</b> a < b", "bold a < b"),
        ("It is $E=mc^2$.", "It is a formula."),
        ("Half: $$\\frac{a}{b}$$", "Half: a formula"),
        ("\\(x + y\\)", "x + y"),
        ("\\[\\frac{a}{b} \\\\[2pt] c\\] So.", "a formula So."),
        ("Half: $$\\frac{a}{b} =\n\\alpha$$.", "Half: a formula."),
        ("It costs $5 or $6.", "It costs five dollars or six dollars."),
        ("From $5 (n = 3) to $10.", "From five dollars (n = three) to ten dollars."),
        ("Let $x$ be $n + 1$.", "Let x be n + one."),
        ("$HOME and $PATH", "$HOME and $PATH"),
        ("\\begin{align*}\na &= b \\\\\n\\begin{matrix}1\\end{matrix}\n\\end{align*}\nSo.", "a formula\nSo."),
        ("𝗕𝗼𝗹𝗱 𝓼𝓬𝓻𝓲𝓹𝓽 １２", "Bold script twelve"),
        ("E.g. this", "for example this"),
        ("- [x] done\n- [ ] open", "done\nopen"),
        ("```python\na = 1\n\nb = 2\n```\nSo.", "code, two lines.\nSo."),
        ("```\nonly\n```", "code, one line."),
        ("```\ncut off", "code, one line."),
        (
            "2*3*4 = 2 * 12, 2**10, x^2 and 5|6",
            "two × three × four = two × twelve, two ten, x two and five six",
        ),
        ("**2** *3* and 第**3**章", "two three and 第3章"),
        ("e.g. this, i.e. that", "for example this, that is that"),
    ],
)
def test_markdown_is_read_as_a_person_would(written, read):
    assert heard(written) == read


@pytest.mark.parametrize(
    "beginning",
    [
        "\\[",
        "\\(",
        "[",
        "![",
        "[](",
        "$\\",
        "$_",
        "$$",
        "-",
        "|-",
        "\u00a0",
        "`",
        "```",
        "<a ",
        "\\begin{a}",
        "$x ",
        "$x",
        "> ",
        "_",
        "*",
        "1,",
    ],
)
def test_a_text_of_nothing_but_beginnings_is_read_too(beginning):
    """In the square of its length it would take minutes, in which nobody else is served."""
    ear.prose("$" + beginning * 150_000 + "x")


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        ("en", "1,234.5", "one thousand, two hundred and thirty four point five"),
        ("en", "50%", "fifty percent"),
        (
            "en",
            "on 2026-11-21 at 14:30",
            "on twenty one November two thousand and twenty six at fourteen thirty",
        ),
        ("en", "+1 (555) 123-4567", "+one, five five five, one two three, four five six seven"),
        (
            "en",
            "555-123-4567, 500-1000 people",
            "five five five, one two three, four five six seven, five hundred-one thousand people",
        ),
        ("fa", "021-88776", "صفر دو یک, هشت هشت هفت هفت شش"),
        ("en", "call 0912", "call zero nine one two"),
        ("en", "A4 and 2nd and 1.2.3", "A4 and 2nd and 1.2.3"),
        ("en", "it is -5", "it is minus five"),
        ("en", "-0.5%", "minus zero point five percent"),
        ("cs", "-0.5", "-0.5"),
        ("en", "007.5", "007.5"),
        ("fa", "۰٫۰۵ و ۱.۰۵ و -۰.۵", "پنج صدم و یک و پنج صدم و منفی نیم"),
        ("fa", "۲.۵۰ و ۳.۰ و ۰.۱۲۵", "دو و نیم و سه و صد و بیست و پنج هزارم"),
        ("fa", "۳.۱۴۱۵", "سه ممیز یک چهار یک پنج"),
        ("it", "3.14", "tre virgola uno quattro"),
        ("tr", "3.14", "üç virgül bir dört"),
        ("vi", "10.05", "mười phẩy không năm"),
        ("fa", "۲۵٪ از ۱۲۳", "بیست و پنج درصد از صد و بیست و سه"),
        ("fa", "۱۴۰۳/۰۵/۱۲", "دوازده مرداد هزار و چهارصد و سه"),
        ("fa", "ساعت ۰۸:۰۰ یا ۱۰:۳۰ یا ۹:۰۵", "ساعت هشت یا ده و سی دقیقه یا نه و پنج دقیقه"),
        ("fa", "٪۲۵ و %۳٫۵", "بیست و پنج درصد و سه و نیم درصد"),
        ("en", "08:00, 9:05pm, 10:00 AM", "eight o'clock, nine oh five pm, ten AM"),
        ("ru", "в 08:00 и 9:05", "в восемь ноль ноль и девять ноль пять"),
        (
            "ru",
            "1%, 2%, 11% и 1,5%",
            "один процент, два процента, одиннадцать процентов и одна целая пять десятых процента",
        ),
        ("tr", "%25 ve 50%", "yüzde yirmibeş ve yüzde elli"),
        ("zh", "在2026-02-05上午10:30", "在2026年2月5日上午10点30分"),
        ("zh", "涨15%，08:05，9:00", "涨百分之15，8点零5分，9点"),
        ("es", "2026-11-21", "veintiuno de noviembre de dos mil veintiséis"),
        ("fa", "2026/11/21", "بیست و یک نوامبر دو هزار و بیست و شش"),
        ("fa", "۲۵۰،۰۰۰ و ۲۵۰.۰۰۰ و ۱٬۰۰۰٫۵", "دویست و پنجاه هزار و دویست و پنجاه هزار و هزار و نیم"),
        ("ru", "1 500 и 2 500,50", "одна тысяча пятьсот и две тысячи пятьсот целых пятьдесят сотых"),
        ("ru", "3,14 и 3.14", "три целых четырнадцать сотых и три целых четырнадцать сотых"),
        ("ru", "1,2,3", "1,2,3"),
        (
            "ru",
            "+7 912 345 67 89",
            "+семь девятьсот двенадцать триста сорок пять шестьдесят семь восемьдесят девять",
        ),
        ("de", "1.500 und 1,5", "eintausendfünfhundert und eins Komma fünf"),
        (
            "de",
            "1.234.567,5",
            "eine Million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig Komma fünf",
        ),
        ("de", "192.168.1.1", "192.168.1.1"),
        ("pl", "1,5", "jeden przecinek pięć"),
        ("ru", "21.11.2026 г.", "двадцать первое ноября две тысячи двадцать шестого года"),
        ("ru", "5-й этаж, 1-го, 2-я и 90-х", "пятый этаж, первого, вторая и девяностых"),
        (
            "ru",
            "в 2020 году, 9 мая 1945 г.",
            "в две тысячи двадцатом году, девятое мая тысяча девятьсот сорок пятого года",
        ),
        ("ru", "10-15 лет", "десять-пятнадцать лет"),
        ("de", "21.11.2026", "einundzwanzig November zweitausendsechsundzwanzig"),
        ("ru", "Т.е. № 5", "то есть № пять"),
        ("ru", "3 кота, т.е. мало", "три кота, то есть мало"),
        ("ar", "٣ كتب", "3 كتب"),
        ("en", "It costs $25.50, not 1 €.", "It costs twenty five dollars fifty cents, not one euro."),
        ("en", "€12, £3 and ₽500", "twelve euros, three pounds and five hundred roubles"),
        ("en", "$1,200, $0.05, $2.00", "one thousand, two hundred dollars, five cents, two dollars"),
        ("en", "-$5 and $0.125", "minus five dollars and zero point one two five dollars"),
        ("en", "$1.5 million", "one point five million dollars"),
        ("en", "$5M, US$5, $5-10, $1.2.3, ¥9", "$5M, US$5, $5-ten, $1.2.3, ¥9"),
        ("fa", "1,200 تومان و ۱٬۲۰۰ تومان", "هزار و دویست تومان و هزار و دویست تومان"),
        ("fa", "$25.50 و €12", "بیست و پنج دلار و پنجاه سنت و دوازده یورو"),
        ("fa", "۵۰۰ ₽ و £3", "پانصد روبل و سه پوند"),
        ("fa", "۲ میلیون $", "دو میلیون دلار"),
        ("ru", "$25.50 и 1 €", "двадцать пять долларов пятьдесят центов и один евро"),
        ("ru", "1 200 ₽, 21,02 ₽", "одна тысяча двести рублей, двадцать один рубль две копейки"),
        ("ru", "£3 и $5 миллионов", "три фунта и пять миллионов долларов"),
        ("zh", "$25.50，€12，£3，₽500，¥100", "25.50美元，12欧元，3英镑，500卢布，100元"),
        ("zh", "$5亿", "5亿美元"),
        ("de", "25 €", "fünfundzwanzig €"),
        ("zh", "123", "123"),
    ],
)
def test_numbers_and_dates_are_said_in_the_languages_words(language, written, read):
    assert heard(written, language) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("كتاب علي", "کتاب علی"),
        ("می\u200cروم", "می\u200cروم"),
        ("کتاب\u200c \u200cها\u200c\u200cی", "کتاب ها\u200cی"),
        ("سـلام", "سلام"),
        ("```\nx\ny\n```", "کد، دو خط."),
    ],
)
def test_persian_is_spelled_in_one_way(written, read):
    assert heard(written, "fa") == read


def cut(text, code):
    language = VOICES.language(code)
    assert language
    return [(run.language.code, run.text) for run in runs(text, language, VOICES)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fa", "سلام دنیا 12", ["fa"]),
        ("fa", "با Visual Studio 2026 کار می‌کنم", ["fa", "en", "fa"]),
        ("fa", "ویتامین C خوب است", ["fa"]),
        ("fa", "نشانی example.ir است", ["fa", "en", "fa"]),
        ("en", "The word سلام means hello", ["en", "fa", "en"]),
        ("en", "«Доброе утро, друзья» is Russian", ["ru", "en"]),
        ("zh", "我用Python写代码", ["zh", "en", "zh"]),
        ("ja", "東京でPythonを学ぶ", ["ja", "en", "ja"]),
        ("de", "Größe und Français", ["de"]),
        ("fa", "only English here", ["fa"]),
        ("en", "سلام دنیا، ۱۲", ["fa"]),
        ("fa", "你好，世界", ["zh"]),
        ("en", "12345", ["en"]),
        ("ru", "Он сказал: je ne sais pas encore quoi faire demain", ["ru", "fr"]),
    ],
)
def test_mixed_text_is_cut_into_runs_of_one_language(language, text, expected):
    found = cut(text, language)

    assert [code for code, _ in found] == expected
    assert "".join(part for _, part in found) == text


def test_an_opening_bracket_goes_with_what_it_opens():
    assert cut("واژه (hello) است", "fa") == [("fa", "واژه "), ("en", "(hello) "), ("fa", "است")]


def test_another_languages_run_is_spoken_by_a_voice_of_the_same_gender():
    persian = VOICES.language("fa")
    assert persian
    english = runs("با Visual Studio", persian, VOICES)[1]

    dilara, farid = persian.voices
    assert (voice_for(english, farid).gender, voice_for(english, dilara).gender) == ("male", "female")


def test_a_text_of_a_hundred_changes_is_cut_a_bounded_number_of_times():
    found = cut("سلام hello " * 100, "fa")

    assert len(found) <= 41
    assert "".join(part for _, part in found) == "سلام hello " * 100
