# فارسی. «شما»، لحن گرم و روشن، نیم‌فاصلهٔ درست.
# DIGITS(...) writes a number, or a text of figures, in Persian digits. Addresses, receipts and names go without it.
# JALALI($at) writes a day, or a day and an hour, in Iran's calendar.
# A text's first letter decides its direction, so no text begins with Latin letters.

## Getting to know each other

choose-language = زبانتان را انتخاب کنید:
language-chosen = از این پس برایتان به فارسی می‌نویسم.
welcome = سلام { $name }! 👋

    هر چه می‌خواهید بپرسید تا پاسخ بدهم. عکس هم می‌سازم (/image) و متن را به صدا تبدیل می‌کنم (/voice).

    هر درخواست چند توکن هزینه دارد که زیر همان پاسخ می‌بینید. { $tokens ->
        [0] با /buy توکن بخرید.
       *[other] برای شروع { DIGITS($tokens) } توکن دارید.
    }
help = کارهایی که از من برمی‌آید:

    • پیام بدهید تا پاسخ بدهم. با /new گفت‌وگوی تازه‌ای شروع می‌شود و با /mode لحن من عوض می‌شود.
    • عکس: دستور /image و بعد توضیح عکس، یا فقط بنویسید «عکس گربه‌ای زیر باران». سبکش را خودتان انتخاب می‌کنید.
    • صدا: دستور /voice و بعد متن، یا فقط بنویسید «ویس صبح بخیر!». آن را در یک پیام صوتی می‌خوانم.
    • توکن‌هایتان را با /balance ببینید و با /buy بیشتر بخرید.
    • با /cancel درخواست‌هایتان را متوقف کنید و با /support به پشتیبانی پیام بدهید.

    دوستانتان را دعوت کنید:
    { $link }
unknown-command = این دستور را نمی‌شناسم. کارهایی که از من برمی‌آید: /help
ask-something = پرسشتان را در همان پیام بنویسید.
cannot-take = هنوز نمی‌توانم با این نوع پیام کار کنم؛ توکنی کسر نشد. متن بفرستید یا /help را ببینید.

## Answers

footer = هزینه: { DIGITS($price) } توکن · مانده: { DIGITS($left) } توکن
answer-stopped = متوقف شد ·
stop-button = ■ توقف
stopping = دارم متوقف می‌کنم…
nothing-to-stop = دیگر چیزی برای متوقف کردن نیست.
job-cancelled = لغو شد؛ توکنی کسر نشد.
status-queued = ⏳ نوبت شما در صف: { DIGITS($turn) }
status-long = ⏳ بیشتر از معمول طول کشیده است. هنوز مشغولم.
status-image = 🎨 دارم عکس را می‌سازم… { DIGITS($progress) }

status-voice = 🎙 دارم متن را می‌خوانم…

## What went wrong

error-not-enough = توکن کافی ندارید: این درخواست { DIGITS($price) } توکن می‌خواهد و شما { DIGITS($available) } توکن دارید. خرید توکن: /buy
error-too-long = متن خیلی بلند است: { DIGITS($size) } بایت، در حالی که حداکثر { DIGITS($most) } بایت ممکن است. لطفاً کوتاهش کنید.
error-too-many-waiting = همین حالا { DIGITS($most) } درخواست در انتظار دارید. تا رسیدن پاسخ صبر کنید، یا با /cancel متوقفشان کنید.
error-queue-full = الان افراد زیادی در صف هستند. لطفاً چند دقیقهٔ دیگر دوباره امتحان کنید؛ توکنی کسر نشد.
answer-undeliverable = پاسخ آماده است، اما تلگرام اجازه نمی‌دهد آن را همان‌جا که پرسیدید بفرستم. { DIGITS($amount) } توکن شما برگردانده شد.
error-banned = فعلاً نمی‌توانید از این ربات استفاده کنید. پشتیبانی: /support
error-in-debt = بابت پرداختی که پس گرفته شد { DIGITS($tokens) } توکن بدهکارید. لطفاً اول آن را با /buy تسویه کنید.
error-internal = مشکلی از طرف من پیش آمد؛ توکنی کسر نشد. لطفاً دوباره امتحان کنید.
error-interrupted = وسط کار قطع شدم؛ توکنی کسر نشد. لطفاً دوباره بپرسید.
error-upstream = نتوانستم پاسخی بگیرم؛ توکنی کسر نشد. لطفاً کمی بعد دوباره امتحان کنید.
error-upstream-unreachable = الان به مغزم دسترسی ندارم؛ توکنی کسر نشد. لطفاً یک دقیقهٔ دیگر دوباره امتحان کنید.
error-upstream-busy = الان سرم خیلی شلوغ است؛ توکنی کسر نشد. لطفاً یک دقیقهٔ دیگر دوباره امتحان کنید.
error-no-answer = پاسخ به‌موقع نرسید؛ توکنی کسر نشد. لطفاً دوباره امتحان کنید.
error-content-refused = در این مورد نمی‌توانم کمک کنم؛ توکنی کسر نشد.
error-nothing-to-say = در این متن چیزی نیست که بشود خواند؛ توکنی کسر نشد.
error-language-unknown = نفهمیدم این متن به چه زبانی است؛ توکنی کسر نشد.
error-language-unsupported = هنوز نمی‌توانم به این زبان صحبت کنم؛ توکنی کسر نشد.
error-voice-unsupported = این صدا برای این زبان وجود ندارد؛ توکنی کسر نشد.
endpoint-paused = برنامهٔ شما در { $address } پاسخ‌هایش را نمی‌گیرد ({ $why }). هر از گاهی دوباره امتحان می‌کنم؛ تا آن زمان می‌توان پاسخ‌ها را از API گرفت.
button-too-old = این دکمه قدیمی شده است. لطفاً دوباره درخواست کنید.

## Pictures

image-usage = بگویید چه عکسی بسازم. بنویسید «عکس گربه‌ای زیر باران» یا «تصویر گربه‌ای زیر باران»؛ با دستور هم می‌شود: /image گربه‌ای زیر باران
image-choose-style = چه سبکی؟
image-choose-count = سبک: { $style }. چند عکس؟
image-count = { DIGITS($count) } عکس · { DIGITS($price) } توکن
style-none = بدون سبک
style-paint = نقاشی
style-game = بازی
style-fantasy = فانتزی
style-anime = انیمه
style-cyberpunk = سایبرپانک
style-nature = طبیعت
style-steampunk = استیم‌پانک
style-sci-fi = علمی‌تخیلی
style-space = فضا
style-creepy = ترسناک
style-tattoo = خالکوبی
style-texture = بافت
style-anything = آزاد
style-photo = عکاسی
style-tarot = تاروت
style-impasto-oil = رنگ‌روغن
style-child-drawing = کودکانه
style-saladwave = سالادویو
style-woolworld = کاموایی
style-synthwave = سینث‌ویو
style-midjourney = میدجرنی
style-xmas = کریسمس
style-debug = آزمایشی
style-ImageHSIv1 = اچ‌اس‌آی

## Speech

voice-usage = بگویید چه بخوانم. بنویسید «ویس صبح بخیر!» یا «صدا صبح بخیر!»؛ با دستور هم می‌شود: /voice صبح بخیر! یا در پاسخ به یک پیام، /voice بفرستید.
voice-switch-on = 🔊 پاسخ صوتی هم بده
voice-switch-off = 🔇 فقط متن بفرست
voice-on = از این پس پاسخ‌ها را به‌صورت صوتی هم می‌فرستم؛ صدا هزینهٔ جداگانه دارد.
voice-off = از این پس پاسخ‌ها را فقط به‌صورت متن می‌فرستم.

## Modes

choose-mode = با چه لحنی پاسخ بدهم؟
mode-chosen = لحن از این پس: { $mode }
mode-none = معمولی
mode-comedy = 😂 طنز
mode-upset = 😠 دلخور
mode-depress = 😞 غمگین
mode-love = ❤️ عاشقانه
mode-poem = 📜 شاعرانه
mode-shy = 😊 خجالتی
mode-coward = 😨 ترسو
mode-impolite = 😤 بی‌ادب
mode-rough = 👊 خشن
mode-programmer = 💻 برنامه‌نویس
mode-chat = 💬 گپ دوستانه
new-conversation = گفت‌وگوی تازه‌ای شروع شد. دربارهٔ چه صحبت کنیم؟
cancelled = { DIGITS($count) } درخواست لغو شد.
nothing-to-cancel = چیزی برای لغو کردن نیست.

## Account

balance = شما { DIGITS($available) } توکن دارید.
balance-held = { DIGITS($held) } توکن دیگر هم برای درخواست‌های در حال انجام کنار گذاشته شده است.
balance-debt = بابت پرداختی که پس گرفته شد { DIGITS($tokens) } توکن بدهکارید؛ خرید بعدی اول آن را تسویه می‌کند.
balance-next = خرید توکن: /buy
    رسید خریدها: /purchases
    صورت‌حساب ماهانه: /statement
balance-older = قدیمی‌ترها
balance-newest = تازه‌ترین‌ها
notice-usage = بنویسید وقتی توکن‌هایتان از چند تا کمتر شد خبرتان کنم: /notice ۲۰
    برای خاموش کردنش: /notice ۰
notice-set = وقتی کمتر از { DIGITS($tokens) } توکن داشته باشید، یک بار خبرتان می‌کنم.
notice-off = دیگر برای کم شدن توکن‌ها خبرتان نمی‌کنم.
notice-low = 🔔 فقط { DIGITS($left) } توکن مانده است. خرید: /buy
no-movements = هنوز تراکنشی ندارید.
movement = { JALALI($at) }  { DIGITS($amount) } توکن  { $what }
movement-capture = هزینهٔ پاسخ
movement-signup = هدیهٔ خوش‌آمدگویی
movement-stars = خرید با ستاره
movement-stars-refund = بازپرداخت خرید
movement-refund-failed = بازپرداخت ممکن نشد
movement-repay = تسویهٔ بدهی
movement-voucher = کد هدیه
movement-refill = شارژ رایگان
movement-invite = هدیهٔ دعوت از دوستان
movement-invited = هدیهٔ دعوت شدن
movement-gift-given = هدیه
movement-gift-refund = پس گرفتن هدیه
gift-usage = بنویسید چند توکن و به چه کسی: /gift ۲۰ @name
gift-to-nobody = کسی را با نام { $name } نمی‌شناسم. گیرندهٔ توکن باید دست‌کم یک بار به من پیام داده باشد.
gift-to-oneself = نمی‌توانید به خودتان توکن هدیه بدهید.
gift-confirm = آیا { DIGITS($tokens) } توکن به { $name } هدیه بدهم؟
gift-button = 🎁 هدیه بده
gift-given = 🎁 هدیه داده شد: { DIGITS($tokens) } توکن. تا یک دقیقه می‌توانید پسش بگیرید.
gift-back-button = ↩️ پس گرفتن
gift-returned = پس گرفته شد: { DIGITS($tokens) } توکن دوباره مال شماست.
gift-got = 🎁 هدیه‌ای از { $name } رسید: { DIGITS($tokens) } توکن. موجودی: /balance
gift-too-much = این بیشتر از حد روزانهٔ هدیه است؛ امروز هنوز می‌توانید { DIGITS($tokens) } توکن هدیه بدهید.
gift-too-late = دیگر برای این کار دیر شده است.
gift-spent = دیگر نمی‌توان پسش گرفت: توکن‌ها خرج شده‌اند.
movement-grant = از طرف مدیر
movement-refund = برگشت هزینه

## Buying

buy = یک بستهٔ توکن انتخاب کنید:
pack-button = { DIGITS($tokens) } توکن · ⭐ { DIGITS($stars) }
plan-button = ماهانه { DIGITS($tokens) } توکن · ⭐ { DIGITS($stars) }
plan-description = هر ماه { DIGITS($tokens) } توکن. تا وقتی لغوش نکنید، خودکار تمدید می‌شود: /subscription
plan-pay-button = اشتراک ماهانه · ⭐ { DIGITS($stars) }
plan-active-already = همین حالا اشتراک دارید: /subscription
plan-none = اشتراکی ندارید. بسته‌ها و اشتراک‌ها: /buy
plan-renews = اشتراک شما: ماهی { DIGITS($tokens) } توکن با ⭐ { DIGITS($stars) }. در تاریخ { JALALI($at) } خودکار تمدید می‌شود.
plan-ends = اشتراک شما: ماهی { DIGITS($tokens) } توکن با ⭐ { DIGITS($stars) }. در تاریخ { JALALI($at) } تمام می‌شود و تمدید نمی‌شود.
plan-cancel-button = لغو اشتراک
plan-resume-button = ادامهٔ اشتراک
plan-may-resume = می‌توانید اشتراکتان را دوباره فعال کنید: در تلگرام، تنظیمات ← ستاره‌های من.
plan-failed = اشتراکتان تمدید نشد: ستاره‌هایتان کافی نبود. خرید: /buy
invoice-title = { DIGITS($tokens) } توکن
pay-button = پرداخت ⭐ { DIGITS($stars) }
invoice-description = { DIGITS($tokens) } توکن برای پاسخ، عکس و صدا در همین ربات.
receipt = ✅ { DIGITS($tokens) } توکن با { DIGITS($stars) } ستاره ⭐ خریدید. اکنون { DIGITS($left) } توکن دارید.

    شمارهٔ رسید: { $charge }
payment-unknown = این صورت‌حساب اینجا معتبر نیست. لطفاً دوباره از /buy شروع کنید.
payment-unmatched = نتوانستم این پرداخت را به سفارشی وصل کنم. یکی از همکاران ما بررسی‌اش می‌کند و چیزی از دست نمی‌دهید: یا توکن‌ها می‌رسد یا ستاره‌هایتان برمی‌گردد. پیگیری: /paysupport
payment-not-yours = این صورت‌حساب برای شخص دیگری است. صورت‌حساب خودتان را با /buy بگیرید.
payment-wrong-amount = مبلغ با صورت‌حساب نمی‌خواند. لطفاً دوباره از /buy شروع کنید.
payment-already-paid = این صورت‌حساب قبلاً پرداخت شده است. با /buy صورت‌حساب تازه‌ای بگیرید.
payment-expired = مهلت این صورت‌حساب گذشته است. با /buy صورت‌حساب تازه‌ای بگیرید.
voucher-redeemed = 🎟 این کد هدیه { DIGITS($tokens) } توکن برایتان آورد. اکنون { DIGITS($left) } توکن دارید.
voucher-unknown = چنین کد هدیه‌ای وجود ندارد. لطفاً کد را دوباره بررسی کنید.
voucher-yours-already = توکن‌های این کد هدیه را قبلاً گرفته‌اید.
voucher-expired = مهلت این کد هدیه گذشته است.
voucher-used-up = ظرفیت این کد هدیه تمام شده است: دیگران زودتر رسیدند.
voucher-too-many-guesses = کدهای اشتباه زیادی فرستادید. لطفاً بعداً دوباره امتحان کنید یا به /support پیام بدهید.
refund-unknown = چنین پرداختی وجود ندارد.
refund-spent = توکن‌های این پرداخت خرج شده‌اند؛ نمی‌توان آن را فوراً بازپرداخت کرد.
paysupport = پرداختی مشکل دارد؟ /support را بفرستید و همراه با شمارهٔ رسید بنویسید چه شده است. یکی از همکاران ما آن را می‌خواند و همین‌جا پاسخ می‌دهد؛ آنچه به‌اشتباه پرداخت شده باشد، برگردانده می‌شود.
paysupport-choose = برای پس دادن یک خرید، انتخابش کنید. خریدی که خرج نشده باشد فوراً بازپرداخت می‌شود؛ وگرنه یکی از همکاران ما تصمیم می‌گیرد.
paysupport-purchase = تاریخ { JALALI($at) } · { DIGITS($tokens) } توکن · { DIGITS($money) }
refund-done = ✅ انجام شد: توکن‌ها پس گرفته شد و تلگرام ستاره‌هایتان را برگرداند.
refund-under-way = توکن‌ها پس گرفته شد. الان به تلگرام دسترسی ندارم؛ به‌محض اینکه ممکن شود، ستاره‌هایتان برمی‌گردد.
refund-asked = چون از این خرید توکنی خرج شده یا امروز زیاد بازپرداخت شده است، یکی از همکاران ما دربارهٔ آن تصمیم می‌گیرد. پاسخ همین‌جا می‌آید.
refund-before = این خرید قبلاً بازپرداخت شده است.
refund-rejected = خریدتان بازپرداخت نشد، چون توکن‌هایش خرج شده است. پرسش‌ها: /support
refund-decided = دربارهٔ این قبلاً تصمیم گرفته شده است.
refund-impossible = تلگرام این پرداخت را برنمی‌گرداند. توکن‌هایتان مال شما می‌ماند؛ لطفاً به /support پیام بدهید.
terms = شرایط استفاده، به‌اختصار:

    • شما توکن می‌خرید و آن را برای پاسخ، عکس و صدا خرج می‌کنید. قیمت هر درخواست نشان داده می‌شود؛ درخواستی که ناموفق باشد هزینه‌ای ندارد.
    • پاسخ‌ها را هوش مصنوعی می‌سازد و ممکن است نادرست باشند. در مسائل پزشکی، حقوقی و مالی به آن‌ها تکیه نکنید.
    • چیزی نخواهید که خلاف قانون باشد یا به دیگران آسیب بزند.
    • پرداخت‌ها با ستاره‌های تلگرام است و خریدهایی که خرج نشده‌اند قابل بازپرداخت هستند: /paysupport
privacy = حریم خصوصی، به‌اختصار:

    • شناسه و نام شما در تلگرام، تنظیماتتان و گردش توکن‌هایتان را نگه می‌دارم.
    • پیام‌هایتان به سرویسی که به آن‌ها پاسخ می‌دهد فرستاده می‌شود و مدت کوتاهی می‌ماند تا بدانم دربارهٔ چه صحبت می‌کنیم؛ با /new فراموشش می‌کنم.
    • آنچه خلاف قواعد محتوا باشد با چند کلمهٔ اولش ثبت می‌شود، مدیر آن را می‌بیند و پس از چند روز پاک می‌شود.
    • هیچ‌چیز فروخته یا به دیگران داده نمی‌شود. پرسش‌ها: /support

## Support

support-ask = بنویسید موضوع چیست؛ عکس هم می‌توانید بفرستید. یکی از همکاران ما آن را می‌خواند. اگر منصرف شدید: /cancel
support-sent = پیامتان را رساندم. پاسخ همین‌جا می‌آید.
support-unreachable = الان کسی در دسترس نیست. لطفاً کمی بعد دوباره امتحان کنید.
support-answer = 💬 پاسخ پشتیبانی:

## The command menu

command-help = کارهایی که از من برمی‌آید
command-new = شروع گفت‌وگوی تازه
command-mode = انتخاب لحن پاسخ
command-image = ساختن عکس
command-voice = تبدیل متن به صدا
command-balance = توکن‌های شما
command-notice = خبر کم شدن توکن‌ها
command-buy = خرید توکن
command-subscription = اشتراک شما
command-gift = هدیه دادن توکن
command-language = انتخاب زبان
command-support = پیام به پشتیبانی
command-paysupport = کمک دربارهٔ پرداخت
command-cancel = توقف درخواست‌ها
command-terms = شرایط استفاده
command-privacy = حریم خصوصی
command-issue = صدور کد API
command-codes = فهرست کدهای API
command-revoke = باطل کردن کد API
command-credit = اعطای توکن
command-user = مشاهدهٔ یک مشتری
command-refund = بازپرداخت یک پرداخت
command-refunds = بازپرداخت‌های در انتظار تصمیم
command-stars = تراکنش‌های ستارهٔ بدون سفارش
command-books = دفتر حساب
command-voucher = ساختن کد هدیه
command-vouchers = فهرست کدهای هدیه
