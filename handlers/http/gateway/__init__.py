"""The OpenAI-compatible door: what a program sends goes to an upstream of the pool, what comes back to it.

routes.py     the paths, and the one way that every request takes
asking.py     what was asked: code, body, model     kinds.py      what each kind of request may cost
attachments.py pictures and files that came with it: parts.py finds them, inspection.py looks at them,
               leading.py knows those that begin a text
metering.py   the hold before, the charge after     usage.py      what the upstream says it did
plain.py      an answer at once                     streaming.py  an answer event by event
lines.py      who is still there                    errors.py     what goes wrong, as OpenAI says it
"""
