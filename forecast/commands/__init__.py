"""One command of the program in one file: its options, its call of the workflow, its result."""
