## Other ways to pay than Stars

provider-button = بستهٔ { DIGITS($tokens) } توکنی · { DIGITS($money) }
provider-pay-button = پرداخت { DIGITS($money) }
card-button = 💳 کارت به کارت: { DIGITS($tokens) } توکن · { DIGITS($money) }
card-pay = لطفاً { DIGITS($money) } به این کارت واریز کنید تا { DIGITS($tokens) } توکن بگیرید:

    { $card }
    { $holder }

    سپس عکس رسید را همین‌جا بفرستید و شمارهٔ پیگیری بانک را زیر آن بنویسید. یکی از همکاران ما آن را بررسی می‌کند. اگر منصرف شدید: /cancel
card-send-photo = لطفاً عکس رسید بانک را بفرستید. اگر منصرف شدید: /cancel
card-send-reference = ممنون. حالا شمارهٔ پیگیری بانک را بنویسید. اگر منصرف شدید: /cancel
card-sent = رسیدتان را رساندم. به‌محض اینکه یکی از همکاران ما آن را ببیند، توکن‌ها می‌رسد.
card-rejected = ✖️ رسیدتان پذیرفته نشد. اگر پرداخت کرده‌اید، به /support پیام بدهید.
card-order-over = این سفارش قبلاً پرداخت شده یا قدیمی است. لطفاً دوباره از /buy شروع کنید.
card-reference-used = رسیدی با این شمارهٔ پیگیری قبلاً فرستاده شده است. اگر کار شما نبوده، به /support پیام بدهید.
card-photo-used = این عکس قبلاً فرستاده شده است. لطفاً دوباره از /buy شروع کنید و رسید همین واریز را بفرستید.
card-sent-before = برای این سفارش قبلاً رسیدی فرستاده شده است و یکی از همکاران ما آن را بررسی می‌کند.
receipt-of-money = ✅ شما { DIGITS($tokens) } توکن به قیمت { DIGITS($money) } خریدید. اکنون { DIGITS($left) } توکن دارید.

    شمارهٔ رسید: { $charge }
refund-by-hand = ✅ توکن‌ها پس گرفته شد. یکی از همکاران ما پولتان را برمی‌گرداند.
refund-asked-by-hand = چون پول را باید دستی برگرداند، یکی از همکاران ما دربارهٔ آن تصمیم می‌گیرد. پاسخ همین‌جا می‌آید.
movement-purchase = خرید
movement-purchase-refund = پس گرفتن خرید
command-receipts = رسیدهای در انتظار تصمیم
command-reverse = پس گرفتن توکن‌های یک پرداخت
plan-given-back = چون یک ماه از اشتراکتان بازپرداخت شد، اشتراک لغو شد. خرید دوباره: /buy
command-reconcile = خواندن فهرست پرداخت‌های تلگرام
