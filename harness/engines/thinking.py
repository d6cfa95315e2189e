"""Reasoning and answer, told apart by the tags that a model thinks between."""


def split_thinking(text: str, opening: str, closing: str) -> tuple[str | None, str]:
    """(reasoning, answer). Many chat templates write the opening tag into the prompt, so it may be missing here.

    A text that opens and never closes was cut off while reasoning: its answer is empty, or what stands between the last
    closing tag and the tag that opens again.
    """
    before, closed, after = text.rpartition(closing)
    if closed:
        answer, _, unfinished = after.partition(opening)
        reasoning = before.strip().removeprefix(opening).strip()
        return f"{reasoning}\n{unfinished}".strip(), answer.strip()
    if text.lstrip().startswith(opening):
        return text.lstrip().removeprefix(opening).strip(), ""
    return None, text
