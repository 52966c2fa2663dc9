"""What the daemon does again and again, one file a job."""
