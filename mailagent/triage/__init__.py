"""The graph that reaches a decision about one message."""

import os

os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"  # read when langgraph is imported: a checkpoint row may hold data only
os.environ.setdefault("LANGSMITH_TRACING", "false")  # nothing about a customer leaves the machine unless configured
