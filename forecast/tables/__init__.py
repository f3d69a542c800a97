"""Tables: bytes are read as columns of text, and texts as numbers and times."""
