"""Command line: ``python -m trainer.samples``."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from segstudio.errors import SegStudioError
from trainer.samples.dataset import SHIPPED_SEED, SHIPPED_SIZES, write_dataset, write_shipped


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--out", type=click.Path(path_type=Path), help="Write a Pascal VOC data set here.")
@click.option("--project", type=click.Path(path_type=Path), help="Write the shipped sample here.")
@click.option("--count", default=60, show_default=True, help="Number of images.")
@click.option(
    "--size", nargs=2, type=int, default=(512, 512), show_default=True, help="Height and width."
)
@click.option("--seed", type=int, help="Another seed, other images; without it, always the same.")
def main(
    out: Path | None, project: Path | None, count: int, size: tuple[int, int], seed: int | None
) -> None:
    """Draw electron micrographs with exact truth.

    --out writes a data set to train on; --project writes the few images that the program ships,
    which no data set ever contains.
    """
    try:
        if (out is None) == (project is None):
            raise SegStudioError(
                "it is not said what to write", hint="Give either --out or --project"
            )
        total = count if out else len(SHIPPED_SIZES)
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=total)

            def advance(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            if out is not None:
                height, width = size
                written = write_dataset(
                    out, count=count, height=height, width=width, seed=seed or 0, progress=advance
                ).images
            elif project is not None:
                written = write_shipped(
                    project, seed=SHIPPED_SEED if seed is None else seed, progress=advance
                )
        click.echo(f"{written} images written to {out or project}")
    except SegStudioError as error:
        click.echo(f"Error: {error.sentence}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main(prog_name="python -m trainer.samples")
