"""The graph with its models."""

from collections.abc import Mapping

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver

from mailagent.adapters.model_ladder import Endpoint, Ladder
from mailagent.adapters.offline_model import OfflineModel
from mailagent.adapters.openai_model import OpenAiModel, OpenAiSettings
from mailagent.adapters.secrets import read_secret
from mailagent.ports import Clock, Health, Knowledge, Model, Templates
from mailagent.settings import Settings
from mailagent.triage.build import build_graph
from mailagent.triage.engine import Engine
from mailagent.triage.nodes import Nodes

OPENAI = "https://api.openai.com/v1"
"""Where there is no ``base_url``."""


def build_engine(
    settings: Settings,
    clock: Clock,
    templates: Templates,
    knowledge: Knowledge,
    *,
    saver: "BaseCheckpointSaver[str] | None" = None,
    health: Health | None = None,
) -> Engine:
    """The graph and its door. Without a `saver` nothing is kept."""
    nodes = Nodes(
        model=build_model(settings, clock, health),
        knowledge=knowledge,
        templates=templates,
        rules=settings.rules(),
        modes=settings.modes(),
        company=settings.name,
    )
    kept = saver or InMemorySaver()
    return Engine(graph=build_graph(nodes, kept), saver=kept)


def build_model(settings: Settings, clock: Clock, health: Health | None = None) -> Model:
    """The models that ``model.toml`` names, the offline one below them."""
    chosen = settings.model
    offline = OfflineModel(settings.categories())
    if chosen.provider == "offline":
        return offline
    steps = {str(step): name for step, name in chosen.steps.items()}
    endpoints = [_endpoint(settings, "model", chosen.base_url, chosen.secret or "", steps)]
    if chosen.fallback is not None:
        other = chosen.fallback
        steps = {str(step): name for step, name in other.steps.items()}
        endpoints.append(_endpoint(settings, "fallback", other.base_url or chosen.base_url, other.secret, steps))
    return Ladder(endpoints, offline, offline_may_answer=chosen.offline_may_answer, clock=clock, health=health)


def _endpoint(settings: Settings, name: str, base_url: str | None, secret: str, steps: Mapping[str, str]) -> Endpoint:
    chosen = settings.model
    model = OpenAiModel(
        OpenAiSettings(
            base_url=base_url or OPENAI,
            api_key=read_secret(
                secret, key=f"{settings.file('model')}: {'' if name == 'model' else f'{name}: '}secret"
            ),
            steps=steps,
            timeout=chosen.timeout_seconds,
            max_retries=chosen.retries,
            concurrency=chosen.concurrency,
            prices={model: (price.input, price.output) for model, price in chosen.prices.items()},
        ),
        categories=settings.categories(),
        prompts=settings.path(settings.templates_dir) / "prompts",
    )
    return Endpoint(name=name, model=model)
