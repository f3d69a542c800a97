"""A panel, a plan and a model in words: notes, model card, data report."""
