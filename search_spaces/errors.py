"""What is raised when a search space cannot be used."""


class SpaceError(ValueError):
    """A search space breaks a rule; the message gives the file, the line, the key and the rule."""
