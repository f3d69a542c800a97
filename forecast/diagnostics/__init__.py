"""What is odd in data: a profile, outliers, the repaired table."""
