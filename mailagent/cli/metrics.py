"""``mailagent metrics``: the figures of the store in the text format of Prometheus."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mailagent.cli.status import broken_now, rung
from mailagent.settings import Settings, load_settings
from mailagent.store.figures import Figure
from mailagent.wiring.opening import open_figures


class _Collected(Collector):
    """What is asked once."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """See `Collector`."""
        for figure in self._figures:
            family = (CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily)(
                f"mailagent_{figure.name}", figure.says, labels=figure.labels
            )
            for labels, value in figure.rows:
                family.add_metric(labels, value)
            yield family


def print_metrics(config: Path) -> None:
    """Print every figure. Raises `ConfigurationError` before the first start of the daemon."""
    settings = load_settings(config)
    registry = CollectorRegistry()
    registry.register(_Collected(asyncio.run(_figures(settings))))
    sys.stdout.write(generate_latest(registry).decode())


async def _figures(settings: Settings) -> list[Figure]:
    async with open_figures(settings) as figures:
        found = await figures.all()
        broken = await broken_now(settings, figures.sessions)
    failed = {labels[0] for figure in found if figure.name == "working" for labels, value in figure.rows if not value}
    now = rung(settings, failed)
    rungs = [((name,), float(name == now)) for name in ("model", "fallback", "offline")]
    return [
        *found,
        Figure(
            name="healthy",
            says="1 where 'mailagent status --quiet' ends with 0.",
            kind="gauge",
            labels=(),
            rows=[((), float(not broken))],
        ),
        Figure(name="model_rung", says="1 for the model that answers.", kind="gauge", labels=("rung",), rows=rungs),
        Figure(
            name="build_info",
            says="The version.",
            kind="gauge",
            labels=("version",),
            rows=[((version("mailagent"),), 1)],
        ),
    ]
