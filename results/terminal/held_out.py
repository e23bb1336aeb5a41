"""What the held-out digits are, in words."""

from results.store.evaluation import Described

WRITTEN = {"synthetic": "drawn by shuzi"}


def digits_named(held_out: Described, what: str = "held out") -> str:
    """Returns `200 held out, all drawn by shuzi`, or how many are of which source.

    Args:
        held_out: The digits.
        what: They are.
    """
    count, sources = held_out["count"], held_out["sources"]
    whose = [_of_source(name, number, len(sources)) for name, number in sources.items()]
    return f"{count:,} {what}, {', '.join(whose)}"


def _of_source(name: str, number: int, sources: int) -> str:
    how_many = "all" if sources == 1 else f"{number:,}"
    return f"{how_many} {WRITTEN.get(name, f'of {name}')}"
