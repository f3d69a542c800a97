"""Tools of the command line: options, help, console, delivery of results, messages of errors."""
