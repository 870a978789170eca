"""What is told to the user of each setting that was decided for them."""

from typing import NamedTuple


class Reason(NamedTuple):
    """Why a setting has its value."""

    setting: str
    value: str
    why: str
