"""Class probabilities: classifier, baselines, metrics."""
