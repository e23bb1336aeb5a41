"""From a request to the plan that a sweep runs by."""
