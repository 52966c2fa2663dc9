"""Stop between two commits, start again on the same files: exactly one answer, never a second."""
