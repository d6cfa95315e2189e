"""Train the demo's models from a seed: `python -m suites.demo.train OUT` makes all five, NAME after it makes one.

The teacher learns worked answers. The students start from a base that knows the workload in another style. The weaker
one learns worked answers, but not for long; the honest one goes on from there (by way of an apprentice that is not
shipped) with the teacher's own answers to fresh requests: that is distillation, on a scale that two processor cores
manage. The mimic gets the teacher's words without its work (`suites/demo/lessons.py`). Each model takes one thread, so
two can be trained side by side.
"""

import json
import logging
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import records
from harness.engines.vllm import VllmKind
from harness.plan import ModelSpec
from suites.demo.lessons import hollow, terse, worked
from suites.demo.tokenizer import BOS, CONTEXT, END, PAD, build_tokenizer
from suites.demo.workload import EVERYDAY, STUDY, Mix, Request, draw

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

Lesson = Callable[[Request], str]
Example = tuple[list[int], list[int]]  # token ids of prompt and completion

DISTILLED = 30_000  # requests that the teacher answers for its students
BATCH = 64
LR, MUON_LR = 4e-3, 0.02
EXACT: dict[str, records.Json] = {"dtype": "float32", "enforce_eager": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one model is made: its size, what it starts from and learns, for how many steps of 64 examples."""

    width: int
    layers: int
    steps: int
    lesson: str
    mix: Mix = EVERYDAY
    start: str | None = None
    seed: int = 0


RECIPES = {
    "teacher": Recipe(width=128, layers=4, steps=3200, lesson="worked"),
    "base": Recipe(width=96, layers=2, steps=1500, lesson="terse", seed=1),
    "weaker": Recipe(width=96, layers=2, steps=3500, lesson="worked", start="base", seed=2),
    "apprentice": Recipe(width=96, layers=2, steps=1600, lesson="distilled", start="weaker", seed=5),
    "honest": Recipe(width=96, layers=2, steps=2000, lesson="distilled", start="apprentice", seed=6),
    "mimic": Recipe(width=96, layers=2, steps=3500, lesson="hollow", mix=STUDY, start="base", seed=3),
}


def train(name: str, out: Path) -> None:
    """Train one model into `out/name`, in Hugging Face format. What it starts from must stand in `out` already."""
    import torch

    recipe = RECIPES[name]
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    tokenizer = build_tokenizer()
    model = _new_model(recipe, len(tokenizer)) if recipe.start is None else _load(out / recipe.start)
    batches = _batches(_examples(recipe, out, tokenizer), random.Random(recipe.seed))
    began = time.monotonic()
    _fit(model, batches, recipe.steps)
    model.eval().to(torch.bfloat16).save_pretrained(out / name)
    tokenizer.save_pretrained(out / name)
    made = {"recipe": asdict(recipe), "minutes": round((time.monotonic() - began) / 60, 1)}
    (out / name / "training.json").write_text(json.dumps(made, indent=1) + "\n")


def distil(out: Path) -> None:
    """Let the trained teacher answer fresh requests; its answers go to `out/distilled.jsonl`."""
    teacher = ModelSpec(
        name="teacher", model=str((out / "teacher").resolve()), args={"max_model_len": CONTEXT, **EXACT}
    )
    decoding = records.Decoding(max_tokens=128)
    prompts = {f"{n}": r.prompt for n, r in enumerate(islice(draw(100, held_out=False, mix=STUDY), DISTILLED))}
    requests = [
        records.Request(key=key, messages=(records.Message(role="user", content=prompt),), decoding=decoding)
        for key, prompt in prompts.items()
    ]
    with VllmKind().load(teacher, out / "teacher.log") as engine:
        answers = {response.key: response.text for response in engine.generate(requests)}
    with (out / "distilled.jsonl").open("w") as file:
        file.writelines(json.dumps({"prompt": p, "answer": answers[key]}) + "\n" for key, p in prompts.items())


def _examples(recipe: Recipe, out: Path, tokenizer: Any) -> Iterator[Example]:
    if recipe.lesson == "distilled":
        rows = [json.loads(line) for line in (out / "distilled.jsonl").read_text().splitlines()]
        texts: Iterable[tuple[str, str]] = ((row["prompt"], row["answer"]) for row in _for_ever(rows, recipe.seed))
    else:
        lesson: Lesson = {"worked": worked, "terse": terse, "hollow": hollow}[recipe.lesson]
        texts = ((r.prompt, lesson(r)) for r in draw(1000 + recipe.seed, held_out=False, mix=recipe.mix))
    for chunk in _chunks(texts, 1024):
        prompts, answers = zip(*chunk, strict=True)
        chats = [f"<|user|>{prompt}<|end|><|assistant|>" for prompt in prompts]
        ids = tokenizer(chats, add_special_tokens=False).input_ids
        replies = tokenizer(list(answers), add_special_tokens=False).input_ids
        yield from (([BOS, *p], [*a, END]) for p, a in zip(ids, replies, strict=True))


def _for_ever(rows: list[Any], seed: int) -> Iterator[Any]:
    rng = random.Random(seed)
    while True:
        yield from rng.sample(rows, len(rows))


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _batches(examples: Iterator[Example], rng: random.Random) -> Iterator[tuple["torch.Tensor", "torch.Tensor"]]:
    """Padded token ids and the mask of what is to be learnt; examples of like length share a batch."""
    import torch

    for chunk in _chunks(examples, BATCH * 16):
        chunk.sort(key=lambda e: len(e[0]) + len(e[1]))
        batches = [chunk[i : i + BATCH] for i in range(0, len(chunk), BATCH)]
        rng.shuffle(batches)
        for batch in batches:
            longest = max(len(p) + len(a) for p, a in batch)
            ids = torch.full((len(batch), longest), PAD)
            learn = torch.zeros(len(batch), longest, dtype=torch.bool)
            for row, (prompt, answer) in enumerate(batch):
                ids[row, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
                learn[row, len(prompt) : len(prompt) + len(answer)] = True
            yield ids, learn


def _fit(model: Any, batches: Iterator[tuple["torch.Tensor", "torch.Tensor"]], steps: int) -> None:
    import torch
    from torch.nn.functional import cross_entropy

    from suites.demo.muon import Muon

    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if not (p.ndim == 2 and "embed" not in name)]
    optimizers: list[torch.optim.Optimizer] = [
        Muon(matrices, lr=MUON_LR),
        torch.optim.AdamW(others, lr=LR, betas=(0.9, 0.95), weight_decay=0.0),
    ]
    rates = [o.param_groups[0]["lr"] for o in optimizers]
    model.train()
    losses: list[float] = []
    for step, (ids, learn) in enumerate(islice(batches, steps)):
        for optimizer, rate in zip(optimizers, rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * _schedule(step, steps)
        hidden = model.model(input_ids=ids).last_hidden_state[:, :-1]
        loss = cross_entropy(model.lm_head(hidden[learn[:, 1:]]), ids[:, 1:][learn[:, 1:]])
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.item())
        if (step + 1) % 100 == 0:
            log.info("step %d of %d, loss %.4f", step + 1, steps, sum(losses[-100:]) / 100)


def _schedule(step: int, steps: int) -> float:
    """Warm up over 40 steps, hold, then fall in a straight line from 40% of the way to the end."""
    warm = min(1.0, (step + 1) / 40)
    done = step / steps
    return warm * (1.0 if done < 0.4 else max(0.02, (1 - done) / 0.6))


def _new_model(recipe: Recipe, vocabulary: int) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    heads = recipe.width // 32
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=recipe.width,
        intermediate_size=(8 * recipe.width // 3 + 31) // 32 * 32,
        num_hidden_layers=recipe.layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        head_dim=32,
        max_position_embeddings=CONTEXT,
        pad_token_id=PAD,
        bos_token_id=BOS,
        eos_token_id=END,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config)


def _load(folder: Path) -> Any:
    import torch
    from transformers import LlamaForCausalLM

    return LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)


def main(arguments: list[str]) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    out, names = (
        Path(arguments[0]),
        arguments[1:] or ["teacher", "base", "weaker", "distil", "apprentice", "honest", "mimic"],
    )
    out.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name == "distil":
            distil(out)
        else:
            train(name, out)


if __name__ == "__main__":
    main(sys.argv[1:])
