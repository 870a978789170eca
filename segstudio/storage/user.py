"""Who works here."""

import getpass
from typing import Final

_MOST_NAME: Final = 200


def user_name() -> str:
    """Return the login name of the user, or "" if this account has none."""
    try:
        return getpass.getuser()[:_MOST_NAME]
    except (OSError, KeyError, ImportError):
        return ""
