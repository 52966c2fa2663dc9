"""What an office stands on: the graph, and the paper that its letters are written on."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from langgraph.checkpoint.base import BaseCheckpointSaver

from mailagent.adapters.signing_keys import signing_keys
from mailagent.adapters.templates import JinjaTemplates
from mailagent.domain.policy import Modes
from mailagent.domain.routing import Rule
from mailagent.letters.desk import Desk, Stationery
from mailagent.mail.tokens import Tokens
from mailagent.ports import Knowledge, Model
from mailagent.triage.build import build_graph
from mailagent.triage.engine import Engine
from mailagent.triage.nodes import Nodes
from tests.fakes.mails import SUPPORT
from tests.jobs.outside import Outside

COMPANY = "Larkfield Support"
VIENNA = ZoneInfo("Europe/Vienna")


def engine_of(
    outside: Outside,
    templates: JinjaTemplates,
    saver: BaseCheckpointSaver[str],
    *,
    rules: Sequence[Rule],
    modes: Modes,
    model: Model | None,
    knowledge: Knowledge | None,
) -> Engine:
    """The graph; `model` and `knowledge` stand in for those outside."""
    nodes = Nodes(
        model=model or outside.model,
        knowledge=knowledge or outside.knowledge,
        templates=templates,
        rules=rules,
        modes=modes,
        company=COMPANY,
    )
    return Engine(graph=build_graph(nodes, saver), saver=saver)


def paper_of(outside: Outside, templates: JinjaTemplates, *, signs_return_path: bool, takes_plus: bool) -> Stationery:
    """The paper of an installation with one mailbox."""
    tokens = Tokens(keys=signing_keys(outside.folder), domain="larkfield.example")
    desk = Desk(
        mailbox="support",
        address=SUPPORT,
        tokens=tokens,
        signs_return_path=signs_return_path,
        takes_plus=takes_plus,
    )
    return Stationery(templates=templates, clock=outside.clock, company=COMPANY, zone=VIENNA, desks={"support": desk})
