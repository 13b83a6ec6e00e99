## A month's statement

statement-title = صورت‌حساب
statement-person = { $name } · شناسهٔ تلگرام { DIGITS($number) }
statement-nobody = شناسهٔ تلگرام { DIGITS($number) }
statement-opening = موجودی آغاز ماه
statement-came = واریز
statement-went = برداشت
statement-closing = موجودی پایان ماه
statement-use = هزینهٔ پاسخ‌ها در هر روز، به توکن
statement-text = متن
statement-image = عکس
statement-voice = صدا
statement-totals = به تفکیک نوع
statement-movements = گردش حساب
statement-date = تاریخ
statement-what = شرح
statement-number = تعداد
statement-amount = توکن
statement-balance = مانده
statement-shortened = این ماه { DIGITS($count) } تراکنش داشته است که به تفکیک روز و نوع آمده‌اند. همهٔ آن‌ها در فایل CSV هست.
statement-foot = مبلغ‌ها به توکن و ساعت‌ها به وقت جهانی (UTC) است. تاریخ تهیه: { JALALI($at) }
statement-page = صفحهٔ { DIGITS($page) } از { DIGITS($pages) }
statement-caption = صورت‌حساب شما: { DIGITS($month) }
    موجودی آغاز { DIGITS($opening) }، واریز { DIGITS($came) }، برداشت { DIGITS($went) } و موجودی پایان { DIGITS($closing) } توکن.
statement-table-caption = صورت‌حساب شما برای اکسل: { DIGITS($month) }
statement-picture-caption = هزینهٔ پاسخ‌هایتان: { DIGITS($month) }
statement-empty = در این ماه تراکنشی نداشته‌اید: { DIGITS($month) }. موجودی‌تان در تمام ماه { DIGITS($tokens) } توکن بوده است.
statement-usage = بنویسید صورت‌حساب کدام ماه را می‌خواهید: /statement { DIGITS($month) }
    برای اکسل: /statement { DIGITS($month) } csv
statement-wait = هنوز دارم صورت‌حساب دیگری را آماده می‌کنم. لطفاً یک دقیقهٔ دیگر دوباره امتحان کنید.
statement-table-button = برای اکسل (CSV)
statement-before-button = ماه قبل
command-statement = صورت‌حساب ماهانه (PDF و CSV)

## Purchases and their receipts

purchases = خریدهای شما. برای دیدن رسید، یکی را انتخاب کنید. برای پس دادن خرید: /paysupport
purchases-none = هنوز چیزی نخریده‌اید. خرید: /buy
purchase-line = تاریخ { JALALI($at) } · { DIGITS($tokens) } توکن · { DIGITS($money) }
purchase-receipt = 🧾 رسید خرید

    تاریخ: { JALALI($at) } (به وقت جهانی)
    خرید: { DIGITS($tokens) } توکن با { DIGITS($money) }
    خرج‌نشده: { DIGITS($left) } توکن
purchase-back = بازپرداخت شد: { JALALI($at) }
purchase-going-back = در حال بازپرداخت است.
purchase-number = شمارهٔ رسید: { $charge }
command-purchases = خریدهای شما و رسیدهایشان

notice-now = حد کنونی: { DIGITS($tokens) } توکن

command-prices = قیمت‌ها و بسته‌ها
