"""The head of a model card, which programs read: Hugging Face's YAML."""

from typing import Any

import yaml

from results.store.evaluation import Evaluation, EvaluationRow, wilson_interval

DATASETS = {"mnist": "ylecun/mnist"}  # names at Hugging Face; the other sources have none
TASK = {"type": "image-classification", "name": "Reading handwritten digits"}


def head(name: str, evaluation: Evaluation, row: EvaluationRow, sources: list[str]) -> str:
    """Returns the YAML between the dashes.

    Args:
        name: The sweep's.
        evaluation: Of the sweep.
        row: The winner's.
        sources: Of the pool.
    """
    content = {
        "license": "other",  # the weights have none of their own: see the template
        "license_name": "see-data-and-licenses",
        "license_link": "#data-and-licenses",
        "pipeline_tag": "image-classification",
        "tags": ["image-classification", "handwritten-digits", "chinese", "mnist", "shuzi"],
        "datasets": [DATASETS[source] for source in sources if source in DATASETS],
        "metrics": ["accuracy"],
        "model-index": [{"name": name, "results": list(_results(evaluation, row))}],
    }
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100))


def _results(evaluation: Evaluation, row: EvaluationRow) -> list[dict[str, Any]]:
    sources = ", ".join(evaluation["held_out"]["sources"])
    held_out = {"type": "held-out", "name": f"Held-out Chinese digits ({sources})"}
    results = [_result(held_out, row["accuracy"], row["correct"], row["count"])]
    count, accuracy = evaluation["mnist_test"]["count"], row["mnist_test_accuracy"]
    if accuracy is not None and count:
        mnist = {"type": "mnist-test", "name": "MNIST's digits put aside for testing"}
        results.append(_result(mnist, accuracy, round(accuracy * count), count))
    return results


def _result(dataset: dict[str, str], accuracy: float, correct: int, count: int) -> dict[str, Any]:
    low, high = wilson_interval(correct, count)
    name = f"{correct} of {count}; 95 % interval {low:.4f} to {high:.4f}"
    metric = {"type": "accuracy", "value": accuracy, "name": name}
    return {"task": dict(TASK), "dataset": dataset, "metrics": [metric]}
