"""A model behind an OpenAI-compatible endpoint, asked with as many requests at once as it bears.

One event loop, owned by `OpenaiKind.load`, runs only while the next answer is waited for: nothing goes on behind the
back of whoever saves the answers, and there is no thread to outlive an interruption. Each sending of a request is a
task; what follows from its end (retry, pause, failure, the end of it all) is decided between two waits.
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from harness.engines import chat, trouble
from harness.engines.chat import Assembly, Broken
from harness.engines.interrupts import held_back
from harness.engines.pacing import Budget, Limit, Pace, Queue, Turn
from harness.engines.trouble import Trouble
from harness.errors import EngineError, nearest
from harness.plan import ModelSpec
from harness.records import Request, Response

log = logging.getLogger(__name__)

NOT_A_STREAM = ("application/json", "text/html")  # of servers that do not stream although they are asked to
READ_OUT_S = 1.0
LAST_CALL_S = 0.25  # for answers that have come already when an interruption does
FROM_THE_SERVER = ("text", "reasoning", "served_model", "system_fingerprint")
DEAD_AFTER = 3  # requests in a row that ran out of retries without an answer between
KEPT = "finished answers are kept"


@dataclass(slots=True, kw_only=True)
class OpenaiEngine:
    """Answers in the order in which they are done. `spent` is in the currency of the plan's price, 0 without one."""

    spec: ModelSpec
    client: Any
    runner: asyncio.Runner
    pace: Pace
    limit: Limit
    budget: Budget | None = None
    key: str | None = field(default=None, repr=False)
    key_name: str | None = None
    _queue: Queue = field(default_factory=lambda: Queue(()))
    _flying: dict["asyncio.Task[Response | Trouble]", Turn] = field(default_factory=dict)
    _ending: BaseException | None = None
    _short: bool = False  # of money, until something in flight is done
    _lost_in_a_row: int = 0
    _rng: random.Random = field(default_factory=random.Random)

    @property
    def ready(self) -> int:
        """None: an answer that was paid for is saved at once."""
        return 0

    @property
    def spent(self) -> float:
        return self.budget.spent if self.budget else 0.0

    def generate(self, requests: Sequence[Request]) -> Iterator[Response]:
        """Raises EngineError when the endpoint is gone, refuses the key or the model, or the money is used up.

        Before that, and before an interruption is passed on, everything that is finished is yielded.
        """
        self._queue, self._ending, self._lost_in_a_row = Queue(requests), None, 0
        landed: list[tuple[Turn, Response | Trouble]] = []
        try:
            while True:
                try:
                    with held_back():  # an interruption comes between two waits, when all that has landed is saved
                        yield from self._handed_over(landed)
                        yield from self._send()
                except KeyboardInterrupt as interrupt:
                    self._interrupted(interrupt)
                if not self._flying and (self._ending is not None or not self._queue):
                    break
                landed = self._landed()
            if self._ending is not None:
                raise self._ending
        finally:
            self._drop()

    def _handed_over(self, landed: Sequence[tuple[Turn, Response | Trouble]]) -> Iterator[Response]:
        for turn, outcome in landed:
            response = self._settled(turn, outcome)
            if response is not None:
                yield response

    def _interrupted(self, interrupt: KeyboardInterrupt) -> None:
        """Take what has come already, and call the rest back."""
        self._ending = interrupt
        unfinished = [task for task in self._flying if not task.done()]
        if unfinished:
            self.runner.run(asyncio.wait(unfinished, timeout=LAST_CALL_S))
        self._cancel()

    def _send(self) -> Iterator[Response]:
        """Send what may be sent now; yields the failures of requests that no endpoint can answer."""
        self._short = False
        while self._ending is None and len(self._flying) < self.limit.now:
            turn = self._queue.head(time.monotonic())
            if turn is None:
                return
            refused = chat.unsupported(turn.request)
            if refused:
                self._queue.pop(turn)
                yield self._failure(turn, refused)
                continue
            body = chat.body(self.spec, turn.request)
            if not self._afford(turn, body):
                return
            self._queue.pop(turn)
            turn.era = self.limit.era
            self._flying[self.runner.get_loop().create_task(self._attempt(turn.request, body))] = turn

    def _afford(self, turn: Turn, body: dict[str, Any]) -> bool:
        """Whether the worst case is within the limit; if not, it may be when others are done."""
        if self.budget is None:
            return True
        tokens = chat.worst_prompt_tokens(self.spec, body), chat.most_tokens(body) or 0
        worst = self.budget.price.of(*tokens)
        turn.ticket = self.budget.hold(worst)
        self._short = turn.ticket is None
        if self._short and not self._flying:
            self._ending = EngineError(
                f'model "{self.spec.name}": the next request could cost up to {worst:.6g} and the spending limit of '
                f"{self.budget.limit:.6g} leaves {max(0.0, self.budget.left):.6g}; {KEPT}: raise endpoint.spend_limit "
                "to go on"
            )
        return not self._short

    def _landed(self) -> list[tuple[Turn, Response | Trouble]]:
        """Wait for the next to be done. Answers first: whoever stops at a failure has saved them."""
        try:
            self.runner.run(self._next_event())
        except KeyboardInterrupt as interrupt:
            self._interrupted(interrupt)
        outcomes: list[tuple[Turn, Response | Trouble]] = []
        try:
            with held_back():
                done = [(self._flying.pop(task), task) for task in list(self._flying) if task.done()]
                # An interruption that hit a task amid a step is that task's end, and has been raised here already.
                outcomes = [(turn, task.result()) for turn, task in done if task.exception() is None]
        except KeyboardInterrupt as interrupt:
            self._interrupted(interrupt)
        return sorted(outcomes, key=lambda pair: isinstance(pair[1], Trouble))

    async def _next_event(self) -> None:
        """Until a task is done, or until somebody may be sent who may not yet."""
        room = self._ending is None and not self._short and len(self._flying) < self.limit.now
        pause = self._queue.opens_in(time.monotonic()) if room else None
        if self._flying:
            await asyncio.wait(self._flying, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        elif pause:
            await asyncio.sleep(pause)

    async def _attempt(self, request: Request, body: dict[str, Any]) -> Response | Trouble:
        """One sending. Errors come back as data; only a cancellation is raised."""
        import openai

        began = time.monotonic()
        timeout = chat.endpoint_of(self.spec).timeout_s
        try:
            async with asyncio.timeout(timeout):
                reply = await self._exchange(body)
            return self._clean(chat.response(reply, self.spec, request.key, time.monotonic() - began))
        except openai.APIStatusError as error:
            return trouble.of_status(error.status_code, error.body, error.response.headers)
        except (TimeoutError, openai.APITimeoutError):
            return trouble.of_timeout(timeout)
        except openai.APIConnectionError as error:
            return trouble.of_connection(error)
        except Broken as error:
            return trouble.of_broken(error)
        except Exception as error:  # the boundary: whatever SDK and server do, one request has trouble, not the run
            return trouble.of_anything(error)

    async def _exchange(self, body: dict[str, Any]) -> dict[str, Any]:
        # The SDK only carries: what servers send is often not what its types promise, and is read in `chat`.
        asked = self.client.chat.completions.with_streaming_response.create(
            model=body["model"], messages=body["messages"], extra_body=body
        )
        async with asked as response:
            content_type = response.headers.get("content-type", "").lower()
            if "stream" not in body or content_type.startswith(NOT_A_STREAM):
                return chat.completion(await response.read())
            assembly = Assembly()
            async with aclosing(response.iter_bytes()) as chunks:
                async for chunk in chunks:
                    assembly.feed(chunk)
                    if assembly.ended:
                        break
                await _read_out(chunks)
            return assembly.completion()

    def _settled(self, turn: Turn, outcome: Response | Trouble) -> Response | None:
        """What a sending comes to: a response, or None when the request is asked again or the end has come."""
        self._book(turn, outcome)
        if isinstance(outcome, Response):
            self.limit.succeeded()
            self._lost_in_a_row = 0
            return outcome
        if outcome.busy:
            self.limit.overloaded(turn.era)
            if outcome.wait:
                self._queue.close(time.monotonic() + outcome.wait)
        if outcome.then == "end" or (outcome.wait or 0) > self.pace.patience_s:
            self._end(self._reason(outcome))
            return None
        if outcome.then == "again" and turn.tried < chat.endpoint_of(self.spec).retries:
            if self._ending is None:
                self._retry(turn, outcome)
            return None
        return self._given_up(turn, outcome)

    def _book(self, turn: Turn, outcome: Response | Trouble | None) -> None:
        """Book what a sending cost; None when nobody waits for its end any more."""
        if self.budget is None or turn.ticket is None:
            return
        cost: float | None = None
        if isinstance(outcome, Response):
            if outcome.prompt_tokens is not None and outcome.completion_tokens is not None:
                cost = self.budget.price.of(outcome.prompt_tokens, outcome.completion_tokens)
        elif outcome is not None and not outcome.billed:
            cost = 0.0
        self.budget.settle(turn.ticket, cost)
        turn.ticket = None

    def _retry(self, turn: Turn, why: Trouble) -> None:
        pause = self.pace.delay(turn.tried, self._rng) if why.wait is None else why.wait
        turn.tried += 1
        self._queue.again(turn, time.monotonic() + pause)
        log.info("%s: %s; again in %.1f s", self.spec.name, self._told(why.text), pause)

    def _given_up(self, turn: Turn, why: Trouble) -> Response:
        self._lost_in_a_row = self._lost_in_a_row + 1 if why.then == "again" else 0
        if self._lost_in_a_row >= DEAD_AFTER:
            self._end(f"does not answer ({self._told(why.text)}); {KEPT}: run the same command again when it is back")
        return self._failure(turn, f"{why.text} (asked {turn.tried + 1} times)" if turn.tried else why.text)

    def _end(self, reason: str) -> None:
        if self._ending is None:
            said = trouble.without_key(reason, self.key)
            self._ending = EngineError(f'model "{self.spec.name}": the endpoint {chat.base_url(self.spec)} {said}')
            log.info("%s; waiting for %d requests in flight", self._ending, len(self._flying))

    def _reason(self, why: Trouble) -> str:
        """How the end is told, after the endpoint's name."""
        said = self._told(why.text)
        if why.then != "end":
            return f"asks to wait {why.wait:.0f} s ({said}); {KEPT}: run the same command again then"
        if why.status == 404:
            return f"{self._not_found(said)}; {KEPT}"
        if why.status not in (401, 403):
            return f"wants to be paid ({said}); {KEPT}: run the same command again when it is"
        if self.key_name is None:
            return f"wants a key ({said}); {KEPT}: name the variable that holds it in endpoint.key_env"
        return f"refuses the key in {self.key_name} ({said}); {KEPT}: run the same command again with one that it takes"

    def _not_found(self, said: str) -> str:
        wanted = self.spec.model
        try:
            models = self.runner.run(self._listed())
        except Exception:  # the list is a courtesy: a server without one may just be another server than was meant
            return f'has no model "{wanted}", or is none ({said}); check `model`, and the URL, which often ends in /v1'
        if wanted in models:
            return f'lists the model "{wanted}" but does not let it answer ({said})'
        return f'does not know the model "{wanted}" ({said}){nearest(wanted, models)}'

    async def _listed(self) -> list[str]:
        async with asyncio.timeout(10):
            page = await self.client.models.list()
        return [str(model.id) for model in page.data]

    def _failure(self, turn: Turn, text: str) -> Response:
        return Response(key=turn.request.key, model=self.spec.name, text="", failure=self._told(text))

    def _told(self, text: str) -> str:
        return trouble.told(text, self.key)

    def _clean(self, response: Response) -> Response:
        """Without the key, in whatever the server can have put it into. A word as short as "EMPTY" is no secret."""
        key = self.key or ""
        if len(key) < trouble.SHORTEST_SECRET:
            return response
        said = {name: getattr(response, name) for name in FROM_THE_SERVER}
        told = {name: value and value.replace(key, trouble.HIDDEN) for name, value in said.items()}
        calls = tuple(json.loads(json.dumps(call).replace(key, trouble.HIDDEN)) for call in response.tool_calls)
        return replace(response, tool_calls=calls, **told)

    def _cancel(self) -> None:
        """Call back what is in flight, which may be billed all the same; what is done stays."""
        unfinished = [task for task in self._flying if not task.done()]
        for task in unfinished:
            task.cancel()
        if unfinished:
            self.runner.run(asyncio.wait(unfinished))
        for task in unfinished:
            if task.cancelled():
                self._book(self._flying.pop(task), None)

    def _drop(self) -> None:
        """Leave nothing in flight, whatever ended the work."""
        self._cancel()
        for turn in self._flying.values():
            self._book(turn, None)
        self._flying.clear()


async def _read_out(chunks: AsyncIterator[bytes]) -> None:
    """Let a complete stream end, so that its connection serves again; nothing in it counts any more."""
    with suppress(Exception):
        async with asyncio.timeout(READ_OUT_S):
            async for _ in chunks:
                pass
