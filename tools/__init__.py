"""Programs for developers of this project: the documentation's site and what is generated for it."""
