"""Holds: panels, frequencies, windows, channels, results (NumPy; never Keras, Rich, Typer)."""
