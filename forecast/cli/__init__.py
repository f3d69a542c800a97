"""Words typed by a person -> a call -> bytes and an exit code."""
