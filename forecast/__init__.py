"""Time-series forecasting with recurrent networks, from a CSV to a judged model."""

__version__ = "0.1.0"
