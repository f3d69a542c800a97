"""Bytes become columns of text, and texts numbers and times."""
