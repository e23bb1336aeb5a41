"""What is raised when digits, or code that a user has written, cannot be used as they are."""

from collections.abc import Iterator
from contextlib import contextmanager


class DataError(ValueError):
    """A digit set, a picture or a folder breaks a rule: the message names it and the value."""


class ExtensionError(ValueError):
    """Code of the user's own is not there, or breaks a rule: the message names both."""


def first_line(error: BaseException) -> str:
    """Returns the first line of what an error says; nothing where it says nothing."""
    return str(error).strip().partition("\n")[0]


@contextmanager
def naming(what: object) -> Iterator[None]:
    """Puts the name of what is read in front of the message of any `DataError` in the block."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{what} {error}") from error
