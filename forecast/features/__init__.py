"""A panel as a network reads it: target, covariates, calendar, inputs, windows."""
