"""Public digits, downloaded and verified."""
