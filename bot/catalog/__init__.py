"""What there is to choose from, as data: text modes, picture styles, voices, token packs."""
