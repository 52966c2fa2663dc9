"""Any OpenAI-compatible server as the model, and as the maker of vectors."""

from mailagent.adapters.openai_model.embedder import EmbedderSettings, OpenAiEmbedder
from mailagent.adapters.openai_model.model import OpenAiModel, OpenAiSettings

__all__ = ["EmbedderSettings", "OpenAiEmbedder", "OpenAiModel", "OpenAiSettings"]
