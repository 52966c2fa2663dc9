r"""The graph on one screen.

classify -> search_kb -> respond -> log -> end
                |           |       ^ \
                |           v       |  v
                +------> escalate --+  await_review -> feedback -> log
                            ^               |             |
                            |               |             +-> escalate   (a low rating)
                            |               +-> revise -> log            (a new draft, which waits again)
                            |               +-> classify                 (the customer wrote again)
"""

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from mailagent.triage import routes
from mailagent.triage.nodes import Nodes
from mailagent.triage.state import TriageState

Graph = CompiledStateGraph[TriageState, None, TriageState, TriageState]


def build_graph(nodes: Nodes, checkpointer: "BaseCheckpointSaver[str]") -> Graph:
    """The compiled graph; one thread a case, saved by `checkpointer`."""
    graph = StateGraph(TriageState)

    graph.add_node("classify", nodes.classify)
    graph.add_node("search_kb", nodes.search_kb)
    graph.add_node("respond", nodes.respond)
    graph.add_node("escalate", nodes.escalate)
    graph.add_node("await_review", nodes.await_review)
    graph.add_node("revise", nodes.revise)
    graph.add_node("feedback", nodes.feedback)
    graph.add_node("log", nodes.log)

    graph.add_conditional_edges(START, routes.at_start, ["classify", "feedback"])
    graph.add_edge("classify", "search_kb")
    graph.add_conditional_edges("search_kb", routes.after_search, ["respond", "escalate", "log"])
    graph.add_conditional_edges("respond", routes.after_respond, ["log", "escalate"])
    graph.add_edge("escalate", "log")
    graph.add_conditional_edges("log", routes.after_log, {"await_review": "await_review", "end": END})
    graph.add_conditional_edges("await_review", routes.after_review, ["feedback", "revise", "log", "classify"])
    graph.add_edge("revise", "log")
    graph.add_conditional_edges("feedback", routes.after_feedback, ["log", "escalate"])

    return graph.compile(checkpointer=checkpointer)
