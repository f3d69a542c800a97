"""A panel and a plan become an evaluated model; a stored model is evaluated or retrained."""
