"""Columns become a checked `Panel`, or one `DataError` that names its place."""
