"""What /docs says beside what the OpenAPI document has: its words in English and in Persian."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.http.callback_api import HISTORIC, PATH

_HISTORIC, _PATH = f"<code dir=ltr>{HISTORIC}</code>", f"<code dir=ltr>{PATH}</code>"
_JOB = f"<code dir=ltr>{PATH}/&lt;id&gt;</code>"


def _code(word: str) -> str:
    return f"<code dir=ltr>{word}</code>"


@dataclass(frozen=True)
class Words:
    language: str
    direction: str
    title: str
    elsewhere: str
    """The link to the other language."""
    introduction: str
    notes: tuple[str, ...]
    kind: str
    answer: str
    codes: str
    addresses: str
    head: tuple[str, str]
    """Of the tables: name, meaning."""
    one_of: str
    at_least: str
    between: str
    samples: Mapping[str, str]
    meanings: Mapping[str, str] = field(default_factory=dict)
    """Of parameters by name, of codes by number, of operations by method and path; where one is missing, what
    the OpenAPI document says."""

    def of(self, key: str, english: str) -> str:
        return self.meanings.get(key, english)


ENGLISH = Words(
    language="en",
    direction="ltr",
    title="Callback API",
    elsewhere="<a href='docs/fa' lang=fa>فارسی</a>",
    introduction=(
        f"Post to {_HISTORIC}, or to {_PATH}, as a form or as JSON. You get an id and a place in the queue at"
        f" once, with HTTP 200 also for refusals: look at {_code('status')}. The answer is posted to your"
        f" {_code('callback')} address, or fetched from {_JOB}. Empty parameters count as absent. For machines:"
        " <a href='openapi.json'>openapi.json</a>."
    ),
    notes=(
        f"In the answer {_code('status')} is 1 or 0, and {_code('files')} is [] or an object; addresses of files"
        " live for 24 hours after the answer has arrived.",
        "Answer with any 2xx within 15 seconds, else the same answer comes again, for days; a try never charges"
        f" again and has the same {_code('webhook-id')}. 410 stops it.",
        f"Callbacks are signed as Standard Webhooks says, with the secret that {_code('GET /api/v1/account')}"
        " shows. While a code is being renewed there are two signatures.",
        f"With an {_code('Idempotency-Key')} header the same request brings the same reply, charged once.",
    ),
    kind="which =",
    answer="The answer",
    codes="Codes",
    addresses="Addresses",
    head=("name", "meaning"),
    one_of="One of: {options}.",
    at_least="From {least}.",
    between="From {least} to {most}.",
    samples={
        "ask.sh": "curl: ask, and fetch the answer",
        "ask.php": "PHP: ask, and be called back",
        "answer.php": "PHP: be called back",
        "ask.py": "Python: ask, and fetch the answer",
        "ask.mjs": "JavaScript: ask, and fetch the answer",
    },
)

PERSIAN = Words(
    language="fa",
    direction="rtl",
    title="API با پاسخ به نشانی شما",
    elsewhere="<a href='../docs' lang=en dir=ltr>English</a>",
    introduction=(
        f"درخواست را به {_HISTORIC} یا {_PATH} بفرستید؛ به شکل فرم یا JSON. بلافاصله یک شماره و نوبتتان در صف را"
        f" می‌گیرید. پاسخ این مرحله همیشه HTTP 200 است، حتی اگر درخواست پذیرفته نشود؛ پس به {_code('status')} نگاه"
        f" کنید. جواب بعداً به نشانی {_code('callback')} شما فرستاده می‌شود، یا خودتان آن را از {_JOB} می‌گیرید."
        " پارامتر خالی یعنی نبودن آن پارامتر. برای ماشین‌ها: <a href='../openapi.json' dir=ltr>openapi.json</a>"
    ),
    notes=(
        f"در جواب، {_code('status')} عدد ۱ یا ۰ است و {_code('files')} یا [] است یا یک شیء. نشانی فایل‌ها تا ۲۴ ساعت پس از"
        " رسیدن جواب کار می‌کند.",
        "ظرف ۱۵ ثانیه با یکی از کدهای 2xx پاسخ بدهید، وگرنه همان جواب تا چند روز دوباره فرستاده می‌شود. فرستادن دوباره"
        f" هزینه‌ای ندارد و {_code('webhook-id')} آن همان است. کد 410 آن را متوقف می‌کند.",
        f"جواب‌ها طبق Standard Webhooks امضا می‌شوند، با رمزی که {_code('GET /api/v1/account')} نشان می‌دهد. هنگام تعویض کد،"
        " برای مدتی دو امضا می‌آید.",
        f"اگر سرایند {_code('Idempotency-Key')} را بفرستید، درخواست تکراری همان پاسخ قبلی را می‌گیرد و فقط یک بار هزینه"
        " دارد.",
    ),
    kind="which =",
    answer="جواب",
    codes="کدها",
    addresses="نشانی‌ها",
    head=("نام", "معنا"),
    one_of="یکی از: {options}",
    at_least="از {least}",
    between="از {least} تا {most}",
    samples={
        "ask.sh": "با curl: پرسیدن و گرفتن جواب",
        "ask.php": "با PHP: پرسیدن، و جواب به نشانی شما",
        "answer.php": "با PHP: دریافت جواب در نشانی خودتان",
        "ask.py": "با Python: پرسیدن و گرفتن جواب",
        "ask.mjs": "با JavaScript: پرسیدن و گرفتن جواب",
    },
    meanings={
        "api": "کد API شما.",
        "callback": "نشانی http یا https که جواب به آن فرستاده می‌شود.",
        "which": "نوع کار.",
        "text": "پرسش، توصیف تصویر، یا کلماتی که باید گفته شود.",
        "mode": "لحن جواب، یا سبک تصویر.",
        "works": "جواب را به صورت گفتار هم بده.",
        "txtTOimage_count": "تعداد تصویرها؛ اگر از بیشینهٔ سبک بیشتر باشد به همان کم می‌شود.",
        "txtTOimage_nPrompt": "آنچه نباید در تصویر باشد.",
        "txtTOvoice_lang": "نام یا کد زبان در /api/v1/voices، هر کد BCP 47 آن، یا auto.",
        "txtTOvoice_who": "یکی از صداهای آن زبان، یا auto.",
        "txtTOvoice_mode": "سبکی که آن صدا دارد.",
        "txtTOvoice_format": "نوع فایل صوتی.",
        "txtTOvoice_speed": "سرعت به درصد؛ ‎-100 یعنی نصف و 100 یعنی دو برابر.",
        "txtTOvoice_pitch": "تغییر زیر و بمی به درصد.",
        "Answer.id": "شمارهٔ درخواست.",
        "Answer.status": "۱ یعنی انجام شد، ۰ یعنی نشد.",
        "Answer.code": "یکی از کدهای زیر.",
        "Answer.detail": "واژهٔ Success، یا آنچه درست نبود.",
        "Answer.text": "متن جواب؛ برای تصویر خالی است و برای گفتار، کلمات گفته‌شده.",
        "Answer.files": "اگر فایلی نباشد [] و اگر باشد یک شیء.",
        "Answer.token": "تعداد توکنی که کم شد.",
        "100": "انجام شد",
        "-1": "خطای داخلی یا خطای سرویس بالادست؛ چیزی کم نشده است",
        "-2": "فرستنده برای مدتی مسدود است",
        "-3": "پارامتر نادرست",
        "-4": "کد API نادرست است: ناشناخته، باطل یا منقضی",
        "-5": "توکن کافی نیست",
        "-6": "درخواست‌های هم‌زمان زیاد است، یا سرعت زیاد است",
        "-7": "از این کد در نشانی‌های زیادی استفاده شده است",
        "-8": "قواعد محتوا آن را رد کرد",
        "-9": "جوابی پیدا نشد",
        "-10": "گفتار: زبان متن تشخیص داده نشد",
        "-11": "گفتار: این زبان پشتیبانی نمی‌شود",
        "-12": "گفتار: این صدا پشتیبانی نمی‌شود یا از این زبان نیست",
        f"POST {HISTORIC}": "پرسیدن، در نشانی قدیمی.",
        f"POST {PATH}": "پرسیدن؛ جواب را می‌توان بعداً هم گرفت.",
        f"GET {PATH}/{{id}}": "وضعیت کار، نوبت آن در صف، و جوابش.",
        f"DELETE {PATH}/{{id}}": "لغو کاری که هنوز شروع نشده است.",
        "GET /api/v1/account": "موجودی، حدها و قیمت‌های کد.",
        "GET /api/v1/voices": "همهٔ صداها، و اینکه امروز چه چیزی آن‌ها را می‌سازد.",
    },
)
