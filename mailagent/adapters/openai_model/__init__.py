"""Any OpenAI-compatible server as the model."""

from mailagent.adapters.openai_model.model import OpenAiModel, OpenAiSettings

__all__ = ["OpenAiModel", "OpenAiSettings"]
