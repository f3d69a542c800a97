"""Panels, frequencies and results: the data structures that all other rooms use (NumPy alone)."""
