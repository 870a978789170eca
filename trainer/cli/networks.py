"""``trainer networks``."""

import click

from trainer.cli import shared


@click.command()
@click.option(
    "--classes",
    "num_classes",
    default=21,
    show_default=True,
    metavar="N",
    type=click.IntRange(2, 255),
    help="Count the weights for N classes.",
)
@shared.as_json
def networks(num_classes: int, as_json: bool) -> None:
    """List the networks with their size and cost."""
    from trainer.commands.networks import show_networks

    show_networks(shared.console(), num_classes, as_json=as_json)
