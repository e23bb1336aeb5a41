"""Which trials go on, wait, or are pruned."""
