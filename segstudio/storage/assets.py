"""Where the files that come with the program lie, and where the user's own lie."""

from pathlib import Path

from platformdirs import user_cache_path, user_data_path, user_state_path

_PACKAGE = Path(__file__).resolve().parents[1]


def assets_folder() -> Path:
    """Return the folder of icons, models and samples, installed or in a source checkout."""
    installed = _PACKAGE / "assets"
    return installed if installed.is_dir() else _PACKAGE.parent / "assets"


def bundled_models_folder() -> Path:
    """Return the folder of the models that come with the program."""
    return assets_folder() / "models"


def user_models_folder() -> Path:
    """Return the folder where users put models for all their projects; it may not exist."""
    return user_data_path("segstudio", appauthor=False) / "models"


def user_sample_folder() -> Path:
    """Return where the sample project is copied to; it may not exist."""
    return user_data_path("segstudio", appauthor=False) / "sample"


def user_state_folder() -> Path:
    """Return the folder on this computer for what must survive a crash; it may not exist."""
    return user_state_path("segstudio", appauthor=False)


def user_cache_folder() -> Path:
    """Return the folder on this computer for what can be made again; it may not exist."""
    return user_cache_path("segstudio", appauthor=False)
