"""A panel and a plan become a judged model; a stored one is judged again."""
