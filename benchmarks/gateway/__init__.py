"""The gateway beside what people would use instead: `python -m benchmarks.gateway`.

__main__.py   what is measured, and the table
upstream.py   a made-up upstream that is never the bottleneck, and keeps its own books
load.py       the programs that ask: at full speed, at a rate, and streams
floor.py      the least that an aiohttp gateway can cost
peers.py      what else is measured, and how it is installed
processes.py  CPU time and memory of a process and its children, as Linux counts them
ours.py       this bot, with a code
"""
