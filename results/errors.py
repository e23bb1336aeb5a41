"""What is raised when a sweep's results are not there or not as they should be."""


class ResultsError(ValueError):
    """A sweep's folder breaks a rule; the message names the rule and the value."""
