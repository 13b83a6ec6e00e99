"""The pool: many upstreams with many credentials, of which each call gets one that is well.

credential.py   what a credential is            choice.py       which of the usable ones
health.py       who cools down, and how long    waiting.py      who waits for one to be well
verdict.py      what an answer says about one   connections.py  the HTTP sessions, through proxies
call.py         what is asked                   reply.py        what is answered
pool.py         one call, with its retries      client.py       the openai package over the pool
grants.py       access that is refreshed        models.py       what the servers list
"""
