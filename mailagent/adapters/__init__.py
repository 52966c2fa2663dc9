"""One thing outside the process a file."""
