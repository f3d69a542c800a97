"""Forecasts: fitted networks, baselines and model files (NumPy; never Keras)."""
