"""Fitted forecasters in NumPy, without Keras: networks, baselines, combination, calibration."""
