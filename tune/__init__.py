"""Many trials: Ray Tune runs what Optuna proposes; the winner is retrained and judged."""
