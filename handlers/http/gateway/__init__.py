"""The OpenAI-compatible door: what a program sends goes to an upstream of the pool, what comes back to it.

routes.py     the paths, and the one way that every request takes
asking.py     what was asked: code, body, model     kinds.py      what each kind of request may cost
forms.py       forms, part by part
attachments.py pictures and files that came with it: parts.py finds them, inspection.py looks at them,
               leading.py knows those that begin a text
ways.py        how an answer is got where not just by asking: completions.py by a chat, own_speech.py by our
               own engines, which spoken.py puts it to, hosting.py with pictures that are hosted here
conversation.py  what is kept here             marks.py      headers that every answer has
metering.py   the hold before, the charge after     usage.py      what the upstream says it did
plain.py      an answer at once                     streaming.py  an answer event by event
content.py    what the content rules say
lines.py      who is still there                    errors.py     what goes wrong, as OpenAI says it
"""
