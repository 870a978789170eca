"""``trainer train``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trainer.cli import shared
from trainer.cli.augmentation import augmentation_options, augmentation_settings, kept_augmentation
from trainer.cli.job import read_job
from trainer.cli.optimization import optimization_options, optimization_settings

if TYPE_CHECKING:
    from trainer.commands.train import ResumeRequest
    from trainer.loss_settings import LossSettings
    from trainer.request import Request

# Options that a resumed run keeps, under their names in the recipe.
_KEPT_ON_RESUME = {
    "network": "network",
    "backbone": "backbone",
    "crop": "crop",
    "batch": "batch",
    "lr": "learning_rate",
    "format_name": "format",
    "positive": "positive",
    "accumulate": "accumulate",
    "reduce": "reduce",
    "refine": "refine",
    "normalization": "normalization",
    "optimizer": "optimizer",
    "backbone_lr": "backbone_rate",
    "weight_decay": "weight_decay",
    "schedule": "schedule",
    "clip": "clip",
    "ema": "average",
    "patience": "patience",
    "correction_weight": "correction_weight",
    "precision": "precision",
    "seed": "seed",
    "terms": "terms",
}


@click.command()
@click.option("--data", type=shared.path_type, metavar="DIR", help="Folder of the label set.")
@click.option("--network", metavar="NAME", help="See: trainer networks.")
@click.option("--backbone", metavar="NAME", help="Its encoder; see: trainer networks.")
@click.option(
    "--option",
    "network_options",
    multiple=True,
    metavar="KEY=VALUE",
    help="An option of the network; may be given several times.",
)
@click.option(
    "--upsample",
    metavar="transposed|bilinear|unpool",
    help="Short for --option upsample=..., for networks that have it.",
)
@click.option(
    "--out", type=shared.path_type, metavar="RUN", required=True, help="Folder of the run."
)
@click.option(
    "--weights",
    default="none",
    show_default=True,
    metavar="imagenet|none|FILE",
    help="What to start from; FILE is a run or its checkpoint.",
)
@click.option("--epochs", type=int, metavar="N", help="Passes over the data.")
@click.option(
    "--minutes",
    type=float,
    metavar="M",
    help="Hard time limit; the learning rate ends its course within it.",
)
@click.option("--crop", type=int, nargs=2, metavar="H W", help="Size of the training crops.")
@click.option("--batch", type=int, metavar="N", help="Crops a step.")
@click.option(
    "--reduce",
    type=int,
    metavar="N",
    help="Show the network squares of N x N pixels as one: faster, and less detail.",
)
@click.option(
    "--refine",
    is_flag=True,
    help="With --reduce: learn the detail that was lost from the full-size image.",
)
@optimization_options
@click.option(
    "--loss",
    "terms",
    metavar="SUM",
    help="What is minimised: ce, ohem, focal, dice, f-beta, lovasz or a sum: ce+dice (default).",
)
@click.option(
    "--class-weights",
    default="none",
    show_default=True,
    metavar="none|log|median|inverse|W,W,...",
    help="How much each class counts; log, median and inverse help rare ones, more and more.",
)
@click.option(
    "--correction-weight",
    type=float,
    metavar="FACTOR",
    help="What pixels that were corrected in segstudio weigh against the others.",
)
@augmentation_options
@click.option(
    "--cache-mib",
    type=click.IntRange(min=0),
    default=2048,
    show_default=True,
    metavar="MIB",
    help="Memory for decoded images.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@shared.device
@shared.format_name
@shared.positive
@shared.classes
@click.option("--resume", is_flag=True, help="Go on with the run in --out.")
@click.option(
    "--dry-run", is_flag=True, help="Say what would be trained, with what settings, and stop."
)
@click.option(
    "--job",
    type=shared.path_type,
    metavar="FILE",
    is_eager=True,
    expose_value=False,
    callback=read_job,
    help="Take options from this file, which another program wrote.",
)
@click.option(
    "--control",
    type=shared.path_type,
    metavar="FILE",
    help="End when this file says pause (save and end) or finish (judge, export and end).",
)
@shared.as_json
@click.pass_context
def train(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click's values
    """Train a network; RUN gets checkpoints, events and at the end model.onnx."""
    from trainer.commands.train import run_training, show_plan

    if options["dry_run"]:
        show_plan(shared.console(), _new_request(context, options), as_json=options["as_json"])
        return
    make = _resume_request if options["resume"] else _new_request
    code = run_training(
        shared.console(),
        options["out"],
        make(context, options),
        as_json=options["as_json"],
        command=context.obj,
        control=options["control"],
    )
    context.exit(code)


def _new_request(context: click.Context, options: dict[str, Any]) -> "Request":
    from trainer.data.source import read_class_names
    from trainer.request import Request

    missing = [f"--{name}" for name in ("data", "network") if options[name] is None]
    if missing == ["--network"]:
        _check_folder(options)  # whoever mistyped the folder wants to know that first
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise click.UsageError(f"{' and '.join(missing)} {verb} missing", context)
    weights = options["weights"]
    return Request(
        network=options["network"],
        backbone=options["backbone"],
        options=_network_options(options),
        data=str(options["data"].absolute()),
        format=options["format_name"],
        positive=options["positive"],
        classes=read_class_names(options["classes"]) if options["classes"] else None,
        weights=weights if weights in ("none", "imagenet") else str(Path(weights).absolute()),
        epochs=options["epochs"],
        minutes=options["minutes"],
        crop=options["crop"],
        batch=options["batch"],
        reduce=options["reduce"],
        refine=options["refine"],
        seed=options["seed"],
        device=options["device"],
        cache_mib=options["cache_mib"],
        correction_weight=options["correction_weight"],
        augmentation=augmentation_settings(options),
        loss=_loss_settings(options),
        **optimization_settings(options),
    )


def _loss_settings(options: dict[str, Any]) -> "LossSettings | None":
    from trainer.loss_settings import LossSettings, parse_class_weights

    terms, weights = options["terms"], parse_class_weights(options["class_weights"])
    if terms is None and weights == "none":
        return None
    return LossSettings(terms=terms or "ce+dice", class_weights=weights)


def _check_folder(options: dict[str, Any]) -> None:
    from trainer.data.source import open_label_set

    open_label_set(options["data"], options["positive"], None, options["format_name"])


def _resume_request(context: click.Context, options: dict[str, Any]) -> "ResumeRequest":
    from trainer.commands.train import ResumeRequest
    from trainer.loss_settings import parse_class_weights

    given = {
        name
        for name in options
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    }
    kept = {setting: options[name] for name, setting in _KEPT_ON_RESUME.items() if name in given}
    kept |= kept_augmentation(options)
    if "class_weights" in given:
        kept["class_weights"] = parse_class_weights(options["class_weights"])
    if network_options := _network_options(options):
        kept["options"] = network_options
    return ResumeRequest(
        data=options["data"].absolute() if options["data"] else None,
        epochs=options["epochs"],
        minutes=options["minutes"],
        device=options["device"] if "device" in given else None,
        cache_mib=options["cache_mib"] if "cache_mib" in given else None,
        kept=kept,
    )


def _network_options(options: dict[str, Any]) -> tuple[str, ...]:
    upsample = options["upsample"]
    given: tuple[str, ...] = options["network_options"]
    return (*given, f"upsample={upsample}") if upsample else given
