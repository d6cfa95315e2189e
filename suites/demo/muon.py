"""Muon in float32.

`torch.optim.Muon` orthogonalises in bfloat16, which processors without bfloat16 arithmetic emulate: one step then costs
more than the gradient that it applies.

Source: Keller Jordan et al. (2024), "Muon: an optimizer for hidden layers in neural networks".
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch

QUINTIC = (3.4445, -4.7750, 2.0315)  # Newton-Schulz coefficients of the source


class Muon(torch.optim.Optimizer):
    """Momentum SGD over matrices, each update replaced by its nearest semi-orthogonal matrix."""

    def __init__(
        self, params: Iterable[torch.Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        for group in self.param_groups:
            for weight in group["params"]:
                buffer = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                buffer.lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonal(weight.grad.lerp(buffer, group["momentum"]))
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(update, alpha=-group["lr"] * max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5)
        return None


def orthogonal(matrix: torch.Tensor, rounds: int = 5) -> Any:
    """A nearly semi-orthogonal matrix with the singular vectors of `matrix`, by the quintic Newton-Schulz iteration."""
    a, b, c = QUINTIC
    x = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if matrix.shape[0] > matrix.shape[1] else x
