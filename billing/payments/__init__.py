"""Ways to buy tokens, one file each."""
