"""Evaluation: metrics, rolling origins, verdicts (NumPy; never Keras, never a file)."""
