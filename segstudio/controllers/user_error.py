"""Errors as the window shows them."""

from segstudio.errors import SegStudioError


def as_user_error(error: Exception) -> SegStudioError:
    """Return an error fit for the window; what we did not foresee gets a sentence around it."""
    if isinstance(error, SegStudioError):
        return error
    return SegStudioError(
        f"Something went wrong inside segstudio ({type(error).__name__}: {error})",
        hint="Your labels are safe; please report this",
    )
