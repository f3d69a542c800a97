"""Results as files and tables (Rich and pyarrow inside the functions that need them)."""
