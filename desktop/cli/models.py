"""`chartwright models`: which speech models are here, and fetching one that the user asks for."""

from __future__ import annotations

import click

from desktop.cli import output
from desktop.cli.home import Home, data_dir_option

EPILOG = """\b
Examples:
  chartwright models
  chartwright models --install large-v3-turbo
  chartwright transcribe visit.m4a --model large-v3-turbo

\b
Sizes: tiny, base, small, medium, large-v3, large-v3-turbo, each also as English-only where it exists.
--install is the one command that uses the network. Offline, copy a model folder
(CTranslate2 format) into the data folder's "models", or name it with --model FOLDER."""


@click.command(epilog=EPILOG)
@click.option("--install", "size", metavar="SIZE", help="Fetch a Whisper size from Hugging Face into the data folder.")
@data_dir_option
@click.pass_context
def models(context: click.Context, size: str | None) -> None:
    """List the speech models that are installed, or install one."""
    from transcriber import models as catalogue

    folder = context.ensure_object(Home).models
    if size:
        output.warn("Fetching the model; a broken-off download goes on where it stopped.")
        catalogue.install(size, folder)
    output.write_result("\n".join(catalogue.installed(folder)), None)
