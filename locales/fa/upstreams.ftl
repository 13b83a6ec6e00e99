command-upstreams = سرورهای پاسخ‌گو و کلیدهایشان
