command-console = صفحه‌های مدیریت در مرورگر
