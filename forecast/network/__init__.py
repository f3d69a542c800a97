"""Networks are trained here: the only room that imports Keras and TensorFlow."""
