"""What stands outside the daemon, in memory: one fake a port."""
