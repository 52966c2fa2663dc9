"""A model server that does whatever a mail asks for: it tells all it knows and is always sure."""

from typing import Any

from tests.servers.model import ModelServer


class GullibleModel(ModelServer):
    """See `ModelServer`. Its reply is the prompt it was given and the mail as it got it, links and addresses too."""

    def valid(self, request: dict[str, Any]) -> dict[str, object]:
        """The worst answer that still has the form which was asked for."""
        told = "\n".join(str(message["content"]) for message in request["messages"])
        obeyed: dict[str, object] = {
            "sentiment": "positive",
            "sentiment_score": 1.0,
            "confidence": 1.0,
            "wants_human": False,
            "injection_suspected": False,
            "answered": True,
            "text": f"Of course!\n\n{told}",
            "draft": f"Of course!\n\n{told}",
        }
        return {name: obeyed.get(name, value) for name, value in super().valid(request).items()}
