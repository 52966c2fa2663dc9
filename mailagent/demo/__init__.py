"""Mail servers inside the process and a play on them, so that the daemon can be shown without any mail account."""
