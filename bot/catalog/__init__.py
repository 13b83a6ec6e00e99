"""What there is to choose from, as data: text modes, picture styles, voices, token packs.

Nothing is read at import: each module has a `read_…` that is called once, when the app opens.
"""
