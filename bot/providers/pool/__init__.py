"""The pool: many upstreams with many credentials, of which each call gets one that is well.

credential.py   what a credential is            choice.py     which of the usable ones
health.py       who cools down, and how long    verdict.py    what an answer says about a credential
pool.py         one call, with its retries      client.py     the openai package over the pool
"""
