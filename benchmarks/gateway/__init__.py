"""The gateway beside what people would use instead: `python -m benchmarks.gateway`.

__main__.py   in what order what is measured
targets.py    what is measured: the floor, this bot, its peers
measuring.py  the measurements of one
table.py      the table
world.py      the upstream behind all, and whether our books say what it says
upstream.py   a made-up upstream that is never the bottleneck, and keeps its own books
load.py       the programs that ask: at full speed, at a rate, and streams
floor.py      the least that an aiohttp gateway can cost
peers.py      what else is measured, and how it is installed
ours.py       this bot, with codes
"""
