"""What is raised when a sweep cannot be run as asked."""


class SweepError(ValueError):
    """A request breaks a rule; the message names the rule and the value."""


class Interrupted(Exception):  # noqa: N818 - no error: the user asked for it
    """The search was interrupted by the user before its last trial; the message says what now."""
