"""Options on how weights change."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--lr", type=float, metavar="RATE", help="Highest learning rate."),
    click.option(
        "--backbone-lr",
        type=float,
        metavar="FACTOR",
        help="Factor on it for the backbone; 0.1 with --weights imagenet.",
    ),
    click.option(
        "--schedule",
        type=click.Choice(["poly", "cosine", "exponential", "plateau", "constant"]),
        default="poly",
        show_default=True,
        help="How the learning rate falls.",
    ),
    click.option(
        "--optimizer",
        type=click.Choice(["adamw", "sgd", "adam"]),
        default="adamw",
        show_default=True,
    ),
    click.option("--weight-decay", type=float, default=0.01, show_default=True, metavar="SHARE"),
    click.option(
        "--clip",
        type=float,
        default=0.0,
        metavar="NORM",
        help="Longest gradient; 0 (default) leaves it.",
    ),
    click.option(
        "--ema",
        type=float,
        metavar="DECAY",
        help="Running average of the weights, which is judged and kept; 0 turns it off.",
    ),
    click.option(
        "--accumulate",
        type=int,
        default=1,
        show_default=True,
        metavar="K",
        help="Compute a batch in K parts, to save memory.",
    ),
    click.option(
        "--patience",
        type=int,
        metavar="EPOCHS",
        help="End when validation got no better for so long.",
    ),
    click.option(
        "--normalization",
        type=click.Choice(["dataset", "imagenet", "symmetric"]),
        help="By the training images (default), by ImageNet, or pixels / 127.5 - 1.",
    ),
    click.option(
        "--precision",
        type=click.Choice(["fp32", "bf16", "fp16"]),
        help="What the network computes in while it trains.",
    ),
    click.option(
        "--memory",
        type=float,
        metavar="GIB",
        help="Memory of the GPU to use at most.",
    ),
    click.option(
        "--compile", is_flag=True, help="Compile the step: slow to start, faster in long runs."
    ),
)


def optimization_options(command: _Command) -> _Command:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def optimization_settings(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options' values under their names in ``Request``."""
    names = {
        "lr": "learning_rate",
        "backbone_lr": "backbone_rate",
        "ema": "average",
        "memory": "memory_gib",
    }
    same = (
        "schedule",
        "optimizer",
        "weight_decay",
        "clip",
        "accumulate",
        "patience",
        "normalization",
        "precision",
        "compile",
    )
    return {name: options[option] for option, name in names.items()} | {
        name: options[name] for name in same
    }
