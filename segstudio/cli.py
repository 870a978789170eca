"""The command line.

Each command's work is in ``segstudio.commands``, imported when it runs, so that help is quick and
no command pays for another's libraries.
"""

from pathlib import Path
from typing import Any, Final

import click

from segstudio import __version__

_WINDOW: Final = "<window>"
_PATH: Final = click.Path(path_type=Path)


class _PathOrCommand(click.Group):
    """A group whose first argument may be a path instead of a command.

    A folder that is called like a command is opened as ``./predict``.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Send everything that is no command to the one that opens the window."""
        own = {name for param in self.get_params(ctx) for name in param.opts}
        if not args or args[0] not in own | self.commands.keys():
            args = [_WINDOW, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command; the window's has no name of its own in messages."""
        name, command, rest = super().resolve_command(ctx, args)
        return "" if name == _WINDOW else name, command, rest

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both ways to call the program."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PATH]")
        formatter.write_usage(ctx.command_path, "COMMAND ...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the window's options beside our own, then the commands."""
        params = [*self.commands[_WINDOW].params, *self.get_params(ctx)]
        options = [param for param in params if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(records)
        self.format_commands(ctx, formatter)


def _scales(ctx: click.Context, param: click.Parameter, value: str) -> tuple[float, ...]:
    from segstudio.core.scales import check_scales, parsed_scales

    try:
        scales = parsed_scales(value)
        check_scales(scales)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return scales


@click.group(cls=_PathOrCommand, context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(__version__, prog_name="segstudio")
def cli() -> None:
    """Run segmentation networks on your images, correct the masks, retrain.

    PATH is an image, a folder of images or a project; without it an empty window opens.
    """


@cli.command(_WINDOW, hidden=True)
@click.argument("path", type=_PATH, required=False)
@click.option("--sample", is_flag=True, help="Open the sample project.")
@click.option(
    "--project",
    type=_PATH,
    metavar="DIR",
    help="Keep the labels in DIR, where PATH may only be read.",
)
@click.option(
    "--screenshot",
    type=_PATH,
    metavar="OUT.png",
    help="Show the window, save a picture of it and exit.",
)
@click.pass_context
def window(
    ctx: click.Context,
    path: Path | None,
    sample: bool,
    project: Path | None,
    screenshot: Path | None,
) -> None:
    """Open the window."""
    if sample and (path or project):
        raise click.UsageError("--sample opens its own project, so it takes no PATH or --project.")
    if project and not path:
        raise click.UsageError("--project needs the PATH of the images.")
    from segstudio.commands.window import open_window

    ctx.exit(open_window(path, sample=sample, project_folder=project, screenshot=screenshot))


@cli.command()
@click.argument("inputs", metavar="IMAGE_OR_FOLDER...", type=_PATH, nargs=-1, required=True)
@click.option(
    "--model", required=True, metavar="M.onnx", help="Model file, or the name of a bundled model."
)
@click.option("--out", required=True, type=_PATH, metavar="DIR", help="Folder for the masks.")
@click.option(
    "--provider",
    type=click.Choice(["auto", "cuda", "tensorrt", "coreml", "directml", "openvino", "cpu"]),
    default="auto",
    show_default=True,
    help="Where the model runs; auto is the GPU where it can be used.",
)
@click.option(
    "--existing",
    type=click.Choice(["refuse", "skip", "replace"]),
    default="refuse",
    show_default=True,
    help="Masks that are there already; skip goes on where an earlier run stopped.",
)
@click.option(
    "--flips",
    type=click.Choice(["none", "horizontal", "both"]),
    default="none",
    show_default=True,
    help="Average the answers to mirror images too: better and slower.",
)
@click.option(
    "--scales",
    default="1",
    show_default=True,
    metavar="A,B,...",
    callback=_scales,
    help="Average the answers to the image at these sizes.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes that run the model, side by side.",
)
@click.option(
    "--limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the model may run without progress.",
)
@click.option(
    "--guess",
    is_flag=True,
    help="Run a model of another tool as it is likeliest meant, unconfirmed.",
)
@click.pass_context
def predict(
    ctx: click.Context,
    inputs: tuple[Path, ...],
    model: str,
    out: Path,
    provider: str,
    existing: str,
    flips: str,
    scales: tuple[float, ...],
    workers: int,
    limit: float,
    guess: bool,
) -> None:
    """Run a model and write one mask per image.

    Masks are indexed PNG files with the model's colours, named as a project names them: a.jpg
    gives a.jpg.png. Subfolders of a folder are kept.
    """
    from segstudio.commands.predict import Existing, PredictOptions, predict_images
    from segstudio.engine.provider import Provider
    from segstudio.engine.worker import RunSettings

    settings = RunSettings(flips={"none": 1, "horizontal": 2, "both": 4}[flips], scales=scales)
    options = PredictOptions(
        provider=Provider(provider),
        existing=Existing(existing),
        limit=limit,
        workers=workers,
        guess=guess,
        settings=settings,
    )
    ctx.exit(predict_images(inputs, model, out, options))


@cli.command()
@click.argument("project", type=_PATH)
@click.option("--format", "format_name", required=True, metavar="NAME", help="Such as voc.")
@click.option("--out", required=True, type=_PATH, metavar="DIR", help="New folder to write.")
@click.option(
    "--instances", "each_region", is_flag=True, help="Each connected region is an object."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def export(project: Path, format_name: str, out: Path, each_region: bool, as_json: bool) -> None:
    """Write a project's labels in another format.

    What was written is read back and compared.
    """
    from segstudio.commands.export import export_labels

    export_labels(project, format_name, out, each_region=each_region, as_json=as_json)


@cli.command("import")
@click.argument("source", type=_PATH)
@click.argument("project", type=_PATH)
@click.option("--format", "format_name", metavar="NAME", help="Such as voc; found out if left out.")
@click.option("--images", type=_PATH, metavar="DIR", help="Where the images are, if elsewhere.")
@click.option(
    "--map",
    "class_map",
    metavar="OLD=NEW",
    multiple=True,
    help="Call the class OLD of the files NEW; OLD= makes it unlabelled.",
)
@click.option(
    "--positive",
    type=click.Choice(["dark", "light"]),
    help="Which value of 0/255 masks is class 1.",
)
@click.option("--replace", is_flag=True, help="Replace masks that are there; history keeps them.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def import_(
    source: Path,
    project: Path,
    format_name: str | None,
    images: Path | None,
    class_map: tuple[str, ...],
    positive: str | None,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take over label files of another program.

    SOURCE is a folder or a ZIP archive of labels, or one JSON or XML file, whose images are those
    of the project or lie beside it. PROJECT is a project, a folder of images, or a new folder.
    Labels go to the images of the same name; images that the project does not have are
    copied into it. What cannot be imported is told, and the rest is imported.
    """
    from segstudio.commands.import_labels import import_labels

    import_labels(
        source,
        project,
        format_name,
        images=images,
        class_map=class_map,
        positive=positive,
        replace=replace,
        dry_run=dry_run,
        as_json=as_json,
    )


@cli.command()
@click.argument("predicted", type=_PATH)
@click.argument("truth", type=_PATH)
@click.option(
    "--classes", type=_PATH, metavar="FILE", help="Names of the classes, one a line, from class 0."
)
@click.option(
    "--positive",
    type=click.Choice(["dark", "light"]),
    help="Which value of 0/255 masks is class 1.",
)
@click.option(
    "--ignore",
    type=click.IntRange(0, 255),
    metavar="VALUE",
    help="Value that means unlabelled, besides 255.",
)
@click.option(
    "--sheet",
    type=_PATH,
    metavar="OUT.png",
    help="Draw the images that differ most, with what differs marked.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
def score(
    predicted: Path,
    truth: Path,
    classes: Path | None,
    positive: str | None,
    ignore: int | None,
    sheet: Path | None,
    as_json: bool,
) -> None:
    """Compare masks with the truth.

    PREDICTED and TRUTH are two masks or two folders of masks, paired by name. Gives pixel accuracy,
    IoU, F-score, precision, recall and boundary F-score of all images together, what is taken for
    what, Cohen's kappa, and the images that differ most.
    """
    from segstudio.commands.score import score_masks

    score_masks(predicted, truth, classes, positive, ignore, sheet, as_json=as_json)


@cli.command()
def doctor() -> None:
    """Say what is installed, and why the GPU is or is not used."""
    from segstudio.commands.doctor import examine

    examine()


def run(arguments: list[str]) -> Any:  # noqa: ANN401 - click does not say
    """Run the program; returns its exit code, or raises what click and the commands raise."""
    return cli.main(arguments, prog_name="segstudio", standalone_mode=False)
