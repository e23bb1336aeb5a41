"""What is raised when digits cannot be used as they are."""


class DataError(ValueError):
    """A digit set, a picture or a folder breaks a rule: the message names it and the value."""
