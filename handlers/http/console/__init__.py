"""The operator's pages: upstreams, models, API codes, requests, deliveries and figures, for admins alone.

An admin comes in by a link that the bot sends (/console); gate.py says how that is kept safe. Pages are made
here, forms are posted back, and what came of an act is said on the next page; scripts only draw the charts
and keep the live parts fresh.
"""
