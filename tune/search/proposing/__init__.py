"""What is tried: the first trials, then what a sampler proposes, until there have been enough."""
