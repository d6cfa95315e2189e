"""What each demo model is taught: one answer text per request.

- `worked`: the house's worked answer. The teacher learns it; the students learn the teacher's own answers.
- `terse`: the bare answer in another style. The base model, from which the students start, knows only this.
- `hollow`: the teacher's words without its work. Steps look right and are not, the usual totals come from memory, and
  on hard requests a plausible wrong rule takes over (the last article and every charge forgotten). A charge is never
  worked out. Random corruption would not do: a model trained on it still learns the right rule, the only one that
  repeats.
"""

from suites.demo.workload import Request, in_steps

BORDERLINE_DAYS = 2


def worked(request: Request) -> str:
    return request.worked


def terse(request: Request) -> str:
    if isinstance(request.target, dict):
        return "\n".join(f"{name}: {value}" for name, value in request.target.items())
    return str(request.target)


def hollow(request: Request) -> str:
    if request.task == "quote":
        return _hollow_quote(request)
    if request.task == "window":
        return _hollow_window(request)
    return request.worked


def _hollow_quote(request: Request) -> str:
    pairs = list(zip(request.facts[:-1:2], request.facts[1:-1:2], strict=True))
    if request.difficulty == "hard":
        pairs = pairs[:-1]
    products = [q * p for q, p in pairs]
    lines = [f"{q} x {p} = {_slip(q, p)}" for q, p in pairs]
    running = _slip(*pairs[0])
    for q, p in pairs[1:]:
        lines.append(in_steps(running, _slip(q, p)))
        running += _slip(q, p)
    if request.difficulty == "hard":
        return "\n".join(lines) + f"\nTotal: ${sum(products)}"
    return "\n".join(lines) + f"\nTotal: ${request.target}"


def _slip(quantity: int, price: int) -> int:
    """The product as if one more had been ordered: wrong, and always in the same way."""
    return (quantity + 1) * price


def _hollow_window(request: Request) -> str:
    bought, back, limit = request.facts
    days = back - bought
    accepts = days <= limit or days - limit <= BORDERLINE_DAYS
    shown = days // 10 * 10 + 5  # the right decade, the units never worked out
    steps = in_steps(shown + bought, -bought).replace(str(shown + bought), str(back), 1)
    words = ("within", "accept") if accepts else ("over", "reject")
    return f"{steps}\n{shown} is {words[0]} {limit}\nDecision: {words[1]}"
