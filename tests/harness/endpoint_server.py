"""A local server that speaks chat completions, whole or streamed, and misbehaves as a script says.

It counts what it has sent completely, so that a test can compare that with what came out at the other end; the count
is right once `serving` has ended.
"""

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROMPT_TOKENS, COMPLETION_TOKENS = 11, 7


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request as it arrived: the `nth` (from 0) with this prompt, with `at_once` in the house, itself included."""

    prompt: str
    nth: int
    at_once: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


Behaviour = Callable[["Handler", Ask], None]
Script = Callable[[Ask], Behaviour]


@dataclass
class Endpoint:
    """What the server saw. `complete` counts the answers that were sent to their last byte, by prompt."""

    script: Script
    models: list[str] | None = field(default_factory=lambda: ["small", "large"])
    asks: list[Ask] = field(default_factory=list)
    complete: Counter[str] = field(default_factory=Counter)
    billed: list[tuple[int, int]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    at_once: int = 0
    connections: int = 0
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def asked(self, prompt: str) -> int:
        return sum(ask.prompt == prompt for ask in self.asks)

    def cost(self, price_in: float, price_out: float) -> float:
        return sum(p * price_in + c * price_out for p, c in self.billed) / 1e6


@contextmanager
def serving(script: Script) -> Iterator[Endpoint]:
    endpoint = Endpoint(script)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"endpoint": endpoint}))
    server.daemon_threads = False  # so that closing waits for every thread, and a connection left open is noticed
    endpoint.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    endpoint: Endpoint
    protocol_version = "HTTP/1.1"
    timeout = 10
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        with self.endpoint.lock:
            self.endpoint.connections += 1

    def do_GET(self) -> None:
        if self.endpoint.models is None:
            self.send_json(404, {"detail": "Not Found"})
            return
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in self.endpoint.models]
        self.send_json(200, {"object": "list", "data": data})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = body["messages"][-1]["content"]
        house = self.endpoint
        with house.lock:
            house.at_once += 1
            ask = Ask(
                prompt=prompt,
                nth=house.asked(prompt),
                at_once=house.at_once,
                body=body,
                headers={name.lower(): value for name, value in self.headers.items()},
            )
            house.asks.append(ask)
        try:
            house.script(ask)(self, ask)
        except (BrokenPipeError, ConnectionResetError):  # the client has hung up
            self.close_connection = True
        finally:
            with house.lock:
                house.at_once -= 1

    def send_json(self, status: int, value: object, headers: Mapping[str, str] | None = None) -> None:
        self.send_page(status, json.dumps(value).encode(), "application/json", headers)

    def send_page(self, status: int, page: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(page)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def event(self, value: object) -> None:
        self.chunk(b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n")

    def end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def count(self, ask: Ask, billed: tuple[int, int] = (PROMPT_TOKENS, COMPLETION_TOKENS)) -> None:
        with self.endpoint.lock:
            self.endpoint.complete[ask.prompt] += 1
            self.endpoint.billed.append(billed)

    def hang_up(self) -> None:
        """End the connection at once, without the goodbye that a server owes."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.rfile.close()

    def log_message(self, format: str, *arguments: object) -> None:
        """Silence."""


def envelope(ask: Ask, choices: list[Any], **more: object) -> dict[str, Any]:
    kind = "chat.completion.chunk" if ask.body.get("stream") else "chat.completion"
    top = {"id": "c1", "object": kind, "created": 0, "model": ask.body["model"], "choices": choices}
    return {**top, "system_fingerprint": "fp_1", **more}


def answer(
    text: str = "4",
    *,
    finish: str = "stop",
    takes: float = 0.0,
    usage: tuple[int, int] | None = (PROMPT_TOKENS, COMPLETION_TOKENS),
    message: Mapping[str, Any] | None = None,
    logprobs: list[float] | None = None,
    **top: object,
) -> Behaviour:
    """A right answer. `message`: further fields beside the content; `top`: fields of the envelope."""

    def behave(handler: Handler, ask: Ask) -> None:
        time.sleep(takes)
        counted = usage and {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
        found = {"content": [{"token": "x", "logprob": value} for value in logprobs]} if logprobs is not None else None
        if not ask.body.get("stream"):
            whole = {"role": "assistant", "content": text, **(message or {})}
            choice = {"index": 0, "message": whole, "finish_reason": finish, "logprobs": found}
            handler.send_json(200, envelope(ask, [choice], usage=counted, **top))
        else:
            stream(handler, ask, counted, found)
        handler.count(ask, usage or (0, 0))

    def stream(handler: Handler, ask: Ask, counted: object, found: object) -> None:
        handler.begin_stream()
        half = len(text) // 2
        for delta in ({"role": "assistant", "content": ""}, message or {}, {"content": text[:half]}):
            handler.event(envelope(ask, [{"index": 0, "delta": delta, "finish_reason": None}], **top))
        last = {"index": 0, "delta": {"content": text[half:]}, "finish_reason": finish, "logprobs": found}
        handler.event(envelope(ask, [last], **top))
        if ask.body.get("stream_options"):
            handler.event(envelope(ask, [], usage=counted, **top))
        handler.chunk(b"data: [DONE]\n\n")
        handler.end_stream()

    return behave


def status(code: int, said: object = None, **headers: str) -> Behaviour:
    """An error; `retry_after="3"` becomes the header `retry-after`."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"error": {"message": f"error {code}"}} if said is None else said
    return lambda handler, ask: handler.send_json(code, body, told)


def page(code: int, content: bytes, kind: str = "text/html") -> Behaviour:
    return lambda handler, ask: handler.send_page(code, content, kind)


def hang(handler: Handler, ask: Ask) -> None:
    handler.endpoint.closing.wait(20)
    handler.hang_up()


def reset(handler: Handler, ask: Ask) -> None:
    handler.hang_up()


def drip(handler: Handler, ask: Ask) -> None:
    """A token now and then, for ever."""
    handler.begin_stream()
    while not handler.endpoint.closing.wait(0.05):
        handler.event(envelope(ask, [{"index": 0, "delta": {"content": "x"}, "finish_reason": None}]))


def half_stream(handler: Handler, ask: Ask) -> None:
    """Begin to answer."""
    handler.begin_stream()
    handler.event(envelope(ask, [{"index": 0, "delta": {"content": "half an "}, "finish_reason": None}]))


def cut(handler: Handler, ask: Ask) -> None:
    """A stream whose connection breaks."""
    half_stream(handler, ask)
    handler.hang_up()


def unfinished(handler: Handler, ask: Ask) -> None:
    """A stream that ends in good order, but for its finish_reason."""
    half_stream(handler, ask)
    handler.chunk(b"data: [DONE]\n\n")
    handler.end_stream()


def stream_of(*lines: bytes) -> Behaviour:
    """A stream of these lines as they are."""

    def behave(handler: Handler, ask: Ask) -> None:
        handler.begin_stream()
        for line in lines:
            handler.chunk(line + b"\n\n")
        handler.end_stream()

    return behave
