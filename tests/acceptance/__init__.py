"""The daemon as people meet it."""
