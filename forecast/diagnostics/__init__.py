"""Diagnostics of data: a profile, outliers, the repaired table."""
