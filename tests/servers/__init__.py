"""Real mail servers on this machine, for tests."""
