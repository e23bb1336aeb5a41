"""What a report says in tables beside its figures."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from results.commands import command as shuzi_command
from results.numbers import loss_with_error
from results.report.command import command_of
from results.report.material import Material
from results.report.words import Words
from results.store.finalist_records import Finalist
from results.store.manifest import Manifest
from results.store.search.causes import count_causes
from results.store.search.trial_records import STATES, TrialRecord, best_first

Row = tuple[str, ...]


def networks(material: Material, words: Words) -> list[Row]:
    """Returns how each network of the evaluation reads."""
    rows = material.evaluation["rows"] if material.evaluation else []
    return [
        (
            words.say(row["config"]),
            words.say(row["trained_on"]),
            f"{row['correct']:,}/{row['count']:,}",
            f"{100 * row['accuracy']:.2f}",
            "–".join(f"{100 * end:.1f}" for end in row["ci95"]),
            f"{row['loss']:.4f}",
            _percent(row.get("ece")),
            _percent(row["mnist_test_accuracy"]),
            f"{row['weights']:,}",
        )
        for row in rows
    ]


def _percent(part: float | None) -> str:
    return "" if part is None else f"{100 * part:.2f}"


def calibration(material: Material, words: Words) -> str:
    """Says how sure the winner is, and how that was put right; nothing where it was not."""
    found = material.evaluation.get("calibration") if material.evaluation else None
    if not found:
        return ""
    return words.say("between_sentences").join([words.say("loss_note"), _calibration(found, words)])


def _calibration(found: Mapping[str, Any], words: Words) -> str:
    return words.say(
        "calibration",
        before=_percent(found["ece_before"]),
        after=_percent(found["ece_after"]),
        temperature=f"{found['temperature']:.2f}",
        count=f"{found['fitted_on']:,}",
    )


def exports(material: Material) -> list[Row]:
    """Returns the files in which the winner can be taken away."""
    return [
        (
            export["file"],
            f"{export['bytes'] / 1000:,.0f}",
            f"{export['milliseconds']:.2f}",
            f"{export['accuracy']['correct']:,}/{export['accuracy']['count']:,}",
            _percent(export["ece"]),
        )
        for export in material.exports
    ]


def parameters(material: Material, words: Words) -> list[Row]:
    """Returns the winner's parameters beside the baseline's, where they differ."""
    rows = material.evaluation["rows"] if material.evaluation else []
    chosen = {row["config"]: row["configuration"] for row in rows}
    if not {"winner", "baseline"} <= set(chosen):
        return []
    return [
        (words.name(name), words.value(chosen["winner"][name]), words.value(value))
        for name, value in chosen["baseline"].items()
        if chosen["winner"].get(name) != value
    ]


def states(material: Material, words: Words) -> list[Row]:
    """Returns how many trials ended in each way, and their fold-epochs and seconds."""
    table = material.trials
    rows: list[Row] = []
    for state in STATES:
        here = table[table["state"] == state]
        if not here.empty:
            seconds = here["seconds"].fillna(0).sum() if "seconds" in here else 0
            epochs = f"{int(here['fold_epochs'].sum()):,}"
            rows.append(
                (words.say(state), f"{len(here):,}", epochs, words.duration(float(seconds)))
            )
    return rows


def search_note(material: Material, words: Words) -> str:
    """Says in a sentence how much was trained, of what could have been."""
    table = material.trials
    if material.manifest is None or table.empty:
        return ""
    folds, epochs = material.manifest.folds, int(table["fold_epochs"].sum())
    complete = table.loc[table["state"] == "complete", "fold_epochs"]
    told = {"trials": f"{len(table):,}", "folds": folds, "fold_epochs": f"{epochs:,}"}
    note = words.say("search_note", **told)
    if complete.empty:
        return note
    times = (
        (_epochs_of_a_trial(material.manifest) or float(complete.median())) * len(table) / epochs
    )
    parts = [note, words.say("search_part", times=f"{times:.1f}")]
    if missed := material.known.missed:
        parts.append(words.say("search_missed", chance=f"{100 * missed:.1f}"))
    return words.say("between_sentences").join(parts)


def _epochs_of_a_trial(manifest: Manifest) -> int:
    """Returns how many a complete trial has, or 0 if they vary. It may have been at some twice."""
    return int(manifest.folds * manifest.fixed.get("epochs", 0))


def causes(material: Material, words: Words) -> list[tuple[str, int]]:
    """Returns why trials are not complete, and how many for each reason."""
    counted = count_causes(material.known.records)
    return [(words.value(cause), count) for cause, count in counted.items()]


def advice(material: Material, words: Words) -> list[str]:
    """Returns what to do where there is no winner."""
    found = [each.reason for each in material.known.records if each.state == "failed"]
    if not found or material.winner is not None:
        return [words.say("unfinished", command=shuzi_command("resume", material.folder))]
    told = {"advice_loss": "its loss is", "advice_memory": "out of", "advice_other": ""}
    fitting = [key for key, cause in told.items() if any(each.startswith(cause) for each in found)]
    return [words.say(key) for key in [*fitting, "begin_anew"]]


def leaderboard(material: Material, words: Words, most: int = 10) -> list[Row]:
    """Returns the best complete trials: number, loss, accuracy of each source, parameters."""
    best = best_first(material.known.records)[:most]
    return [
        (
            _named(each, material, words),
            loss_with_error(each.validation_loss, each.validation_loss_se),
            *(_percent(each.accuracies.get(source)) for source in _sources(material)),
            *(words.value(each.parameters.get(name, "")) for name in material.parameters),
        )
        for each in best
    ]


def _named(record: TrialRecord, material: Material, words: Words) -> str:
    """Returns a trial's number, with a star for the baseline's, and the winner named."""
    number = f"{'*' if record.origin == 'baseline' else ''}{record.trial}"
    return words.say("is_winner", trial=number) if record.trial == material.winner else number


def leaderboard_note(material: Material, words: Words) -> str:
    """Says what the columns of the leaderboard are, and what a star is if there is one."""
    notes = [words.say("leaderboard_note")]
    if any(row[0].startswith("*") for row in leaderboard(material, words)):
        notes.append(words.say(material.whose_baseline.replace("whose", "leaderboard")))
    return words.say("between_sentences").join(notes)


def leaderboard_heads(material: Material, words: Words) -> list[str]:
    """Returns the headings of the leaderboard."""
    sources = [
        words.say("source_percent", source=words.value(source)) for source in _sources(material)
    ]
    return [words.say("trial"), words.say("loss_column"), *sources,
            *(words.name(name) for name in material.parameters)]  # fmt: skip


def _sources(material: Material) -> list[str]:
    return list(dict.fromkeys(s for each in material.known.records for s in each.accuracies))


def finalists_note(material: Material, words: Words) -> str:
    """Says what finalists are, and when one is dropped."""
    risk = material.manifest.request.get("risk") if material.manifest else None
    return words.say("finalists_note", risk="–" if risk is None else f"{100 * risk:g}")


def finalists(material: Material, words: Words) -> list[Row]:
    """Returns the finalists' losses, the winner first."""
    return [
        (
            str(each.trial),
            f"{each.validation_loss:.4f}",
            loss_with_error(each.second_loss, each.second_se) or "–",
            _dropped(each, words) if math.isnan(each.both) else f"{each.both:.4f}",
        )
        for each in material.finalists or ()
    ]


def _dropped(finalist: Finalist, words: Words) -> str:
    done = sum(not math.isnan(loss) for loss in finalist.second)
    return words.say("dropped", done=done, folds=len(finalist.second))


def digits(material: Material, words: Words) -> list[Row]:
    """Returns how many digits of which sources stood where."""
    described = material.manifest.data if material.manifest else {}
    parts = {"pool": "pool", "held_out": "held_out", "mnist_test": "mnist_test_part"}
    return [
        (
            words.say(key),
            f"{described[part]['count']:,}",
            ", ".join(_counts(described[part]["sources"], words)),
            described[part]["fingerprint"][:16],
        )
        for part, key in parts.items()
        if part in described
    ]


def _counts(sources: dict[str, int], words: Words) -> Iterator[str]:
    yield from (f"{words.value(name)} {count:,}" for name, count in sources.items())


def duplicates(material: Material, words: Words) -> str:
    """Says how many duplicates of held-out digits were removed from the pool."""
    described = material.manifest.data if material.manifest else {}
    count = described.get("duplicates_removed")
    return "" if count is None else words.say("duplicates", count=count)


def provenance(material: Material, words: Words) -> Iterator[Row]:
    """Returns seed, space, versions and hardware: what a sweep's figures depend on."""
    manifest = material.manifest
    if manifest is None:
        return
    space, hardware = manifest.space, manifest.hardware
    yield words.say("started"), manifest.started
    yield words.say("seed"), str(manifest.seed)
    yield words.say("folds"), str(manifest.folds)
    yield words.say("varied"), "; ".join(_ranges(space.get("parameters", {}), words))
    told = (f"{words.name(name)} {words.value(value)}" for name, value in manifest.fixed.items())
    yield words.say("fixed"), ", ".join(told)
    if "processor" in hardware:
        yield words.say("hardware"), _hardware(hardware, words)
    seconds = material.trials["seconds"].fillna(0).sum() if "seconds" in material.trials else 0.0
    yield words.say("worker_hours"), words.duration(float(seconds))
    yield words.say("versions"), ", ".join(f"{k} {v}" for k, v in manifest.versions.items())


def _ranges(parameters: dict[str, Any], words: Words) -> Iterator[str]:
    for name, each in parameters.items():
        if "choices" in each:
            yield f"{words.name(name)}: {', '.join(map(words.value, each['choices']))}"
        else:
            log = " (log)" if each.get("log") else ""
            yield f"{words.name(name)} {each['low']:g}–{each['high']:g}{log}"


def _hardware(hardware: dict[str, Any], words: Words) -> str:
    about = {"memory": hardware.get("memory_gib", "?"), "cores": hardware.get("cores", "?")}
    gpus = hardware.get("gpus") or ()
    told = words.say("cores", processor=hardware["processor"], **about)
    return f"{told}; {words.say('gpus')}: {', '.join(gpus)}" if gpus else told


def command(material: Material) -> str:
    """Returns the command that makes the sweep again."""
    return command_of(material.manifest.request) if material.manifest else ""
