"""The callback API under load: `python -m benchmarks.callback`.

__main__.py  what is measured
world.py     the bot with codes, and a request of each
around.py    a Telegram, an upstream and programs' addresses, in a process of their own
loops.py     the programs that ask: at full speed, and at a rate
raw_http.py  the HTTP client that they use
floor.py     an aiohttp handler that parses the same form
"""
