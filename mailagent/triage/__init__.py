"""The graph that reaches a decision about one message."""
