"""A small OpenAI-compatible model server of our own on loopback, with scripted answers and faults."""

import json
import re
import threading
import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

TOKENS_IN, TOKENS_OUT = 100, 20
"""What every good answer says that it cost."""
WIDTH = 2048
"""Numbers of a vector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """One HTTP answer. Without `body` it is a completion around `content`; `hang` keeps the client waiting, and `cut`
    breaks the connection in the middle.
    """

    status: int = 200
    content: str | None = None
    body: str | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    finish_reason: str = "stop"
    refusal: str | None = None
    counted: bool = True
    hang: bool = False
    cut: bool = False


def says(values: object, **changes: Any) -> Scripted:  # noqa: ANN401 (whatever `Scripted` takes)
    """A completion whose text is `values` as JSON, or `values` itself where that is text already."""
    return Scripted(content=values if isinstance(values, str) else json.dumps(values), **changes)


def fails(status: int, message: str = "no", **headers: str) -> Scripted:
    """An error as OpenAI words it; ``retry_after="1"`` becomes the header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Scripted(status=status, body=json.dumps({"error": {"message": message, "type": "error"}}), headers=named)


def vectors_in(rows: Sequence[Mapping[str, object]], *, model: str = "small") -> str:
    """The body of an answer with vectors."""
    usage = {"prompt_tokens": TOKENS_IN, "total_tokens": TOKENS_IN}
    return json.dumps({"object": "list", "model": model, "data": rows, "usage": usage})


class ModelServer:
    """Use as a context manager. Scripted answers are given first, in order; then a valid one for the schema asked for,
    or for texts their vectors, which are near each other where the texts share words.

    `values` replaces a property of those valid answers, by its name; `synonyms` a word before vectors are made.
    `requests` are the JSON bodies received, `keys` the Authorization headers.
    """

    def __init__(
        self, *, values: Mapping[str, object] | None = None, synonyms: Mapping[str, str] | None = None
    ) -> None:
        self.values: dict[str, object] = dict(values or {})
        self.synonyms: dict[str, str] = dict(synonyms or {})
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self._script: deque[Scripted] = deque()
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def script(self, *answers: Scripted) -> None:
        """Give these next."""
        with self._lock:
            self._script.extend(answers)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: dict[str, Any], key: str) -> Scripted | None:
        """Take down `request`; the scripted answer for it, if any."""
        with self._lock:
            self.requests.append(request)
            self.keys.append(key)
            scripted = self._script.popleft() if self._script else None
        if scripted and scripted.hang:
            self._released.wait(60)
        return scripted

    @property
    def embedded(self) -> list[str]:
        """The texts whose vectors were asked for."""
        return [text for request in self.requests for text in request.get("input", ())]

    def vectors(self, request: dict[str, Any]) -> str:
        """A body with a vector for each text: how often it has which words."""
        rows = []
        for index, text in enumerate(request["input"]):
            counts = [0.0] * WIDTH
            for word in re.findall(r"\w+", text.lower()):
                counts[zlib.crc32(self.synonyms.get(word, word).encode()) % WIDTH] += 1
            rows.append({"object": "embedding", "index": index, "embedding": counts})
        return vectors_in(rows, model=request["model"])

    def valid(self, request: dict[str, Any]) -> dict[str, object]:
        """An answer that fits the schema in `request`: first value of a closed list, first article as source."""
        schema = _schema(request)
        texts = [str(message["content"]) for message in request["messages"]]
        articles = re.findall(r"^\[([\w/-]+)\] ", texts[0], re.MULTILINE)
        subject = re.search(r"^Subject: (.*)$", texts[1], re.MULTILINE)
        known: dict[str, object] = {
            "sentiment": "neutral",
            "sentiment_score": 0.0,
            "confidence": 0.9,
            "language": "en",
            "wants_human": False,
            "injection_suspected": False,
            "answered": bool(articles),
            "sources": articles[:1],
            "search_query": subject[1] if subject else "",
            "summary": "A customer wrote.\nThey want an answer.",
        }
        return {
            name: self.values.get(name, known.get(name, _first(property_)))
            for name, property_ in schema.get("properties", {}).items()
        }


def _first(property_: Mapping[str, Any]) -> object:
    if "enum" in property_:
        return property_["enum"][0]
    kind = property_["type"][0] if isinstance(property_["type"], list) else property_["type"]
    return {"string": "A text from the model server.", "number": 0.5, "boolean": True, "array": []}[kind]


def _schema(request: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = {}
    if "response_format" in request:
        found = request["response_format"]["json_schema"]["schema"]
    elif request.get("tools"):
        found = request["tools"][0]["function"]["parameters"]
    return found


def _completion(message: Mapping[str, object], *, finish_reason: str, counted: bool) -> str:
    tokens = {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT, "total_tokens": TOKENS_IN + TOKENS_OUT}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 0,
            "model": "scripted",
            "choices": [{"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", **message}}],
            **({"usage": tokens} if counted else {}),
        }
    )


def _called(name: str, arguments: str) -> dict[str, object]:
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"content": None, "tool_calls": [call]}


def _body(server: ModelServer, request: dict[str, Any], scripted: Scripted | None) -> str:
    """The text of the HTTP answer: by function call where the request forces one."""
    if scripted is None and "input" in request:
        return server.vectors(request)
    answer = scripted or says(server.valid(request))
    if answer.body is not None:
        return answer.body
    tools: Sequence[Mapping[str, Any]] = request.get("tools", ())
    if tools and answer.content is not None:
        message = _called(tools[0]["function"]["name"], answer.content)
    else:
        message = {"content": answer.content, **({"refusal": answer.refusal} if answer.refusal else {})}
    return _completion(message, finish_reason=answer.finish_reason, counted=answer.counted)


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            scripted = server.answer(request, self.headers.get("Authorization", ""))
            if scripted and scripted.hang:
                self.close_connection = True
                return
            body = _body(server, request, scripted).encode()
            self.send_response(scripted.status if scripted else 200)
            self.send_header("Content-Type", scripted.content_type if scripted else "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in (scripted.headers if scripted else {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if scripted and scripted.cut else body)
            self.close_connection |= bool(scripted and scripted.cut)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
