"""What the search leaves beside its study, for those who read without Optuna: `search.json`."""
