"""The command line: reads options, and loads torch only when a command needs it."""

import click

from segstudio import __version__
from trainer.cli.doctor import doctor
from trainer.cli.judge import evaluate, export
from trainer.cli.networks import networks
from trainer.cli.report import report
from trainer.cli.train import train


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="trainer")
def cli() -> None:
    """Train segmentation networks on your label set and export them for segstudio."""


for command in (doctor, networks, train, report, evaluate, export):
    cli.add_command(command)
