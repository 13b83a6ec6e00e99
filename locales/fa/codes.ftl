## کدهای API

command-apicode = کدهای API برای برنامه‌های شما
command-deliveries = پاسخ‌ها چطور به برنامه‌هایتان رسید
command-code = دیدن و محدود کردن یک کد API
command-blocks = مسدودهای API
movement-set-aside = کنار گذاشته برای کد API
movement-set-back = برگشت از کد API
apicode-list = کدهای API شما:
apicode-none = شما کد API ندارید. با این کد، برنامه‌تان از من می‌پرسد و از توکن‌های شما خرج می‌کند.
apicode-how = راهنمای برنامه‌نویس‌ها: { $link }
apicode-by-operator = کدها را مدیر ربات می‌دهد؛ درخواستتان را با /support بفرستید.
apicode-ask-button = درخواست کد
apicode-asked = درخواستتان را رساندم. وقتی تصمیم گرفته شد خبرتان می‌کنم.
apicode-asked-already = قبلاً درخواست داده‌اید و هنوز دربارهٔ آن تصمیم گرفته نشده است.
apicode-declined = درخواست کد API شما پذیرفته نشد. اگر فکر می‌کنید اشتباهی شده: /support
apicode-issued = این کد API شماست. فقط همین یک بار نشانش می‌دهم، پس جای امنی نگهش دارید؛ هر کس آن را داشته باشد از توکن‌های شما خرج می‌کند.
    { $code }
    کدها و مصرفشان را اینجا ببینید: /apicode
code-line = کد { $name } · { $code } · { $state }
code-state-active = فعال
code-state-paused = متوقف
code-state-expired = منقضی
code-state-revoked = باطل
code-used = مصرف امروز: { DIGITS($count) } توکن، در مجموع: { DIGITS($tokens) }
code-last-use = آخرین استفاده: { JALALI($at) } به وقت گرینویچ
code-never-used = هنوز استفاده نشده
code-budget-day = بودجهٔ روزانه: { DIGITS($tokens) } توکن
code-budget-all = بودجهٔ کل: { DIGITS($tokens) } توکن
code-aside = فقط از توکن‌هایی که برایش کنار گذاشته‌اید خرج می‌کند؛ مانده: { DIGITS($tokens) } توکن
code-expires = معتبر تا { JALALI($at) } به وقت گرینویچ
code-old-until = کد قبلی هم تا { JALALI($at) } به وقت گرینویچ معتبر است
code-button-pause = ⏸ توقف
code-button-resume = ▶️ ادامه
code-button-rotate = 🔄 تعویض
code-button-revoke = 🗑 باطل کردن
code-revoke-sure-button = 🗑 برای همیشه باطل شود
code-keep-button = بماند
code-button-budget-day = بودجهٔ روزانه
code-button-budget-all = بودجهٔ کل
code-button-aside = کنار گذاشتن توکن
code-button-back = پس گرفتن توکن‌ها
code-button-use = 📊 مصرف روزانه
code-list-button = همهٔ کدها
code-budget-ask = این کد چند توکن می‌تواند خرج کند؟ عددش را بنویسید؛ ۰ یعنی بدون محدودیت. انصراف: /cancel
code-aside-ask = چند توکن برای این کد کنار بگذارم؟ از آن پس فقط از همان‌ها خرج می‌کند. عددش را بنویسید. انصراف: /cancel
code-aside-too-much = فقط { DIGITS($tokens) } توکن آزاد دارید. عدد کوچک‌تری بنویسید. انصراف: /cancel
code-amount-wrong = تعداد توکن را به عدد بنویسید، مثلاً ۵۰. انصراف: /cancel
code-rotated = این کد تازهٔ شماست؛ فقط همین یک بار نشانش می‌دهم.
    { $code }
    کد قبلی تا { JALALI($at) } به وقت گرینویچ معتبر است. رمزی که پاسخ‌ها با آن امضا می‌شوند هم تازه شده؛ تا آن زمان هر دو امضا می‌کنند.
code-use = توکن‌های { $name } در هر روز. در دو هفتهٔ گذشته { DIGITS($count) } درخواست و { DIGITS($tokens) } توکن.

## ارسال به برنامه‌ها

deliveries-none = هنوز پاسخی به برنامه‌های شما فرستاده نشده است.
deliveries-list = آخرین پاسخ‌ها به برنامه‌هایتان:
delivery-line = شمارهٔ { DIGITS($turn) } ← { $address } · { $what } · تلاش‌ها: { DIGITS($count) }
delivery-state-pending = در انتظار
delivery-state-sending = در راه
delivery-state-done = رسید
delivery-state-dead = رها شد
delivery-error = خطا: { $why }
delivery-next = تلاش بعدی: { JALALI($at) } به وقت گرینویچ
delivery-paused = ⏸ فعلاً چیزی به { $address } نمی‌فرستم، تا { JALALI($at) } به وقت گرینویچ.
delivery-again-button = ↻ شمارهٔ { DIGITS($turn) }
delivery-resume-button = ▶️ ارسال به { $address }
delivery-trying = دارم دوباره می‌فرستم.
delivery-gone = الان چیزی برای فرستادن نیست.
