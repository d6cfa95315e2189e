"""A model behind an endpoint that speaks OpenAI's chat completions: OpenAI itself, `vllm serve`, most hosted models.

Here stands what such a model is, what may be wrong with the plan, and which key goes where. `harness.engines.endpoint`
asks, `chat` knows the format, `pacing` when and how fast, `trouble` what errors mean.

The SDK reads a dozen variables of the environment (keys, organisation, headers, another URL). A key for one host must
never go to another, so it gets to see none of them, only what is picked here.
"""

import asyncio
import importlib.util
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.engines import chat
from harness.engines.endpoint import OpenaiEngine
from harness.engines.pacing import Budget, Limit, Pace
from harness.errors import EngineError, UsageError
from harness.identity import digest
from harness.plan import ModelSpec
from harness.records import Message, Request

log = logging.getLogger(__name__)

NO_KEY = "none"  # what is sent where no key is: the SDK refuses to send nothing
MOST_CONNECTIONS = 1000  # the SDK's own bound: requests beyond it would time out in a queue of its own
VIVAS = ("model", "messages", "tools", "stream", "n", "chat_template_kwargs")  # no argument may set them
NULL_ONLY = ("temperature", "top_p", "stop", "seed", "logprobs", "top_logprobs", "stream_options")
TALKATIVE = ("openai", "httpx", "httpx2", "httpcore", "httpcore2")  # at DEBUG they tell headers and prompts


@dataclass(frozen=True, slots=True)
class OpenaiKind:
    """The engine `openai` of a plan; `model` is the model's name on the server."""

    pace: Pace = field(default_factory=Pace)

    def fault(self, model: ModelSpec) -> str | None:
        for name in ("adapter", "chat_template"):
            if getattr(model, name) is not None:
                return f"`{name}` is for vllm: behind an endpoint the server decides; take it out of the plan"
        return _fault_of_url(chat.endpoint_of(model).url) or _fault_of_args(model) or _fault_of_limit(model)

    def check_ready(self, model: ModelSpec) -> None:
        """Raises UsageError without the package, or without the key that the plan needs."""
        if importlib.util.find_spec("openai") is None:
            raise UsageError(f'model "{model.name}" needs the openai package; install viva with its `openai` extra')
        _key(model)

    def fingerprint(self, model: ModelSpec) -> str:
        return digest(
            {
                "engine": "openai",
                "url": chat.base_url(model),
                "model": model.model,
                "revision": model.revision,
                "chat_template_kwargs": model.chat_template_kwargs,
                "thinking": model.thinking.model_dump() if model.thinking else None,
                "args": model.args,
            }
        )

    @contextmanager
    def load(self, model: ModelSpec, log_file: Path) -> Iterator[OpenaiEngine]:
        """Opens nothing yet: that the endpoint is there shows with the first request."""
        self.check_ready(model)
        endpoint, key = chat.endpoint_of(model), _key(model)
        connections = min(endpoint.concurrency, MOST_CONNECTIONS)
        with asyncio.Runner() as runner:
            engine = OpenaiEngine(
                spec=model,
                client=_client(model, key),
                runner=runner,
                pace=self.pace,
                limit=Limit(most=connections, now=connections),
                budget=Budget(endpoint.price, endpoint.spend_limit) if endpoint.price else None,
                key=key,
                key_name=_key_name(model),
            )
            try:
                yield engine
            finally:
                runner.run(engine.client.close())
                if engine.budget:
                    log.info("%s: spent %.6g", model.name, engine.spent)


def _fault_of_url(url: str | None) -> str | None:
    """Never shows the URL, which may hold what nobody should see."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # read here, where a wrong one may raise
    except ValueError:
        return "`endpoint.url` is no URL; give one such as http://localhost:8000/v1"
    if parts.username is not None or parts.password is not None:
        return (
            "`endpoint.url` holds credentials; take them out and name the variable with the key in `endpoint.key_env`"
        )
    if parts.query or parts.fragment:
        return (
            "`endpoint.url` holds a query or a fragment; give the base URL alone, and a key through `endpoint.key_env`"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in url):
        return "`endpoint.url` is no http(s) URL; give one such as http://localhost:8000/v1"
    if parts.path.rstrip("/").endswith("/completions"):
        return "`endpoint.url` names one page of the server; give the base URL, which usually ends in /v1"
    return None


def _fault_of_args(model: ModelSpec) -> str | None:
    for name, value in model.args.items():
        if name in VIVAS:
            return f"`args` may not set `{name}`: viva does"
        if name in NULL_ONLY and value is not None:
            return f"`args` may not set `{name}`, only take it away with null; `decoding` says how answers are drawn"
    return None


def _fault_of_limit(model: ModelSpec) -> str | None:
    endpoint = chat.endpoint_of(model)
    if endpoint.spend_limit is None:
        return None
    if endpoint.price is None:
        return "`endpoint.spend_limit` needs `endpoint.price`; add what a million tokens cost"
    anything = Request(key="", messages=(Message(role="user", content=""),))
    if chat.most_tokens(chat.body(model, anything)) is None:
        return "`endpoint.spend_limit` needs a bound on the length of answers, which `args` takes away"
    return None


def _key_name(model: ModelSpec) -> str | None:
    """The variable with the key. OpenAI's own key goes to OpenAI; other servers get one if the plan says which."""
    return chat.endpoint_of(model).key_env or ("OPENAI_API_KEY" if chat.is_openais_own(model) else None)


def _key(model: ModelSpec) -> str | None:
    """Raises UsageError when the plan needs a key that is not there."""
    name = _key_name(model)
    if name is None:
        return None
    key = os.environ.get(name, "").strip()
    if not key:
        raise UsageError(f'model "{model.name}": no key in the environment; export {name}=... first')
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise UsageError(f'model "{model.name}": the key in {name} holds characters that no key has; export it again')
    return key


def _client(model: ModelSpec, key: str | None) -> Any:
    account = os.environ if chat.is_openais_own(model) else {}
    organization, project = account.get("OPENAI_ORG_ID"), account.get("OPENAI_PROJECT_ID")
    with _unseen("OPENAI_"):
        import openai

        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            return openai.AsyncOpenAI(
                api_key=key or NO_KEY,
                base_url=chat.base_url(model),
                max_retries=0,
                timeout=chat.endpoint_of(model).timeout_s,
                organization=organization,
                project=project,
            )
        except Exception as error:  # the boundary: what it says may show the password of a proxy
            what = type(error).__name__
            raise EngineError(
                f'model "{model.name}": no HTTP client could be made ({what}); look at the proxy variables'
            ) from None


@contextmanager
def _unseen(prefix: str) -> Iterator[None]:
    """Take variables out of the environment for a moment."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(prefix)}
    try:
        yield
    finally:
        os.environ.update(hidden)
