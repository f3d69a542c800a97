"""Reading: columns of text become a `Panel`, or one `DataError` that names its place."""
