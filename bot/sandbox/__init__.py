"""A Telegram on this machine, its chat page, and an offline upstream."""
