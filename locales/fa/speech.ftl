## How the bot speaks

voice-settings = صدای من این‌طور است:

    زبان: { $language }
    گوینده: { $voice }
    لحن: { $style }
    سرعت: { DIGITS($speed) }٪ · زیروبمی: { DIGITS($pitch) }٪
voice-language-auto = زبان هر متن
voice-any = هر گویندهٔ آن زبان
voice-language-button = 🌐 زبان
voice-voice-button = 🗣 گوینده
voice-style-button = 🎭 لحن
voice-slower = 🐢 آهسته‌تر
voice-faster = تندتر 🐇
voice-lower = ⬇️ بم‌تر
voice-higher = زیرتر ⬆️
voice-replies-on = 🎤 جواب ویس با ویس: بله
voice-replies-off = 🎤 جواب ویس با ویس: نه
voice-hear = ▶️ بشنوید
voice-back = « بازگشت
voice-style-none = ساده
voice-style-cheerful = شاد
voice-style-sad = غمگین
voice-style-angry = خشمگین
voice-style-excited = هیجان‌زده
voice-style-friendly = دوستانه
voice-style-gentle = ملایم
voice-style-serious = جدی
voice-style-rough = خشن
voice-style-whispering = نجوا
voice-style-shouting = فریاد
voice-style-unable = گوینده‌ای که امروز صحبت می‌کند فقط یک لحن دارد. این لحن به موتور گفتار دیگری نیاز دارد.
voice-samples-enough = نمونه‌های زیادی شنیدید. لطفاً کمی صبر کنید و بعد ادامه دهید.
sound-in-writing = اینجا اجازهٔ فرستادن پیام صوتی و فایل صوتی ندارم؛ آنچه می‌خواستم بگویم را می‌نویسم:
sound-refused = اینجا اجازهٔ فرستادن پیام صوتی و فایل صوتی ندارم؛ پاسخم فقط نوشتاری می‌ماند.
unspoken-long = 🔈 فقط ابتدای پاسخ خوانده شده، همهٔ آن اینجا نوشته است ·
unspoken-failed = 🔈 نتوانستم همهٔ پاسخ را بخوانم، پس برای صدا توکنی کسر نشد ·

## What it hears

transcribe-usage = در پاسخ به یک پیام صوتی /transcribe را بفرستید تا متن آن را بنویسم.
recording-too-big = این فایل صوتی از ۲۰ مگابایت بزرگ‌تر است و نمی‌توانم آن را دریافت کنم. هزینه‌ای کم نشد.
recording-too-long = این فایل صوتی خیلی طولانی است؛ حداکثر { $minutes ->
        [one] { DIGITS($minutes) } دقیقه
       *[other] { DIGITS($minutes) } دقیقه
    } گوش می‌دهم. هزینه‌ای کم نشد.
recording-gone = نتوانستم این صدا را دریافت کنم؛ هزینه‌ای کم نشد. لطفاً دوباره بفرستید.
error-cannot-hear = اینجا هنوز نمی‌توانم صدا را بفهمم؛ هزینه‌ای کم نشد. لطفاً برایم بنویسید.
error-not-a-sound = در این فایل صدایی نیست که بتوانم بخوانم؛ هزینه‌ای کم نشد.
error-silent-recording = در این صدا حرفی نشنیدم؛ هزینه‌ای کم نشد. لطفاً دوباره امتحان کنید.
error-recording-longer = این صدا طولانی‌تر از چیزی است که نشان می‌دهد؛ هزینه‌ای کم نشد.
command-voice_settings = صدای من
command-transcribe = نوشتن متن یک ویس
