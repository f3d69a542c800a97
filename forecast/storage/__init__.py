"""A model is one file that is safe to open."""
