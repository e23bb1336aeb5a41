"""How a network is trained: one fold, all folds of a configuration, or all digits."""
