## The content rules

error-unchecked = الان نتوانستم این را از نظر قواعد محتوا بررسی کنم، پس آن را نفرستادم؛ توکنی کسر نشد. لطفاً یک دقیقه دیگر دوباره امتحان کنید.
error-blocked = تعداد زیادی از درخواست‌های شما خلاف قواعد محتوا بود. لطفاً { $minutes ->
        [one] { DIGITS($minutes) } دقیقه
       *[other] { DIGITS($minutes) } دقیقه
    } دیگر برگردید. اگر اشتباهی شده: /support
command-flagged = یافته‌های قواعد محتوا
