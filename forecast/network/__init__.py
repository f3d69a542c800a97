"""Learns: the only place that imports Keras and TensorFlow."""
