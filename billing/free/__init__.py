"""Tokens that nobody paid for, one file each."""
