"""Schema changes, applied in order at start."""
