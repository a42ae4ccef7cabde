"""The summary: what the model is, how good it is, and how to use it again."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from clearprop.derivation.documents.blocks import Code, Heading, Paragraph
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Facts, Finding, ReportBlock
from clearprop.report.measures.amounts import amount_measures
from clearprop.report.measures.classes import class_measures
from clearprop.report.subject import Subject
from clearprop.report.texts import listed, number, percent
from clearprop.report.views import TableModelView


def summary(subject: Subject) -> Iterator[ReportBlock]:
    """What the model is and how good it is, in a few lines, and copyable code."""
    yield _headline(subject)
    yield Facts(tuple(_facts(subject)))
    yield Heading(Message("report_summary.again"), 3)
    yield Paragraph((Message("report_summary.python"),))
    yield Code(_python(subject))
    if isinstance(subject.view, TableModelView):
        yield Paragraph((Message("report_summary.command_line"),))
        yield Code(_command_line(subject))


def _headline(subject: Subject) -> Finding:
    if subject.rows is None:
        assert subject.why_not is not None
        return Finding("note", (subject.why_not,))
    if subject.classes is None:
        measures = amount_measures(subject)
        key = "report_summary.amounts"
        values = {
            "error": number(measures["root_mean_squared_error"]),
            "baseline": number(measures["baseline_root_mean_squared_error"]),
        }
        is_better = measures["root_mean_squared_error"] < measures["baseline_root_mean_squared_error"]
    else:
        measures = class_measures(subject)
        key = "report_summary.classes"
        values = {"accuracy": percent(measures["accuracy"]), "baseline": percent(measures["majority_class_accuracy"])}
        is_better = measures["accuracy"] > measures["majority_class_accuracy"]
    tone = "warning" if not is_better else "good" if subject.seen in ("held out", "other") else "note"
    return Finding(tone, (Message(key, **values), *subject.origin))


def _facts(subject: Subject) -> Iterator[tuple[Message, Message | str]]:
    view, record = subject.view, subject.record

    def fact(name: str, value: Message | str) -> tuple[Message, Message | str]:
        return Message(f"report_summary.{name}"), value

    yield fact("target", subject.target)
    if subject.classes is None:
        yield fact("task", Message("report_summary.regression"))
    else:
        n = number(len(subject.classes))
        yield fact("task", Message("report_summary.classification", n=n, classes=listed(subject.classes)))
    for kind in subject.kinds:
        values = {"n": number(len(kind.parameters)), "name": kind.name, "share": percent(kind.share)}
        yield fact("networks", Message("report_summary.kind", **values))
    main = subject.kinds[0].network
    yield fact("output", f"{main.output}, {main.loss}")
    total = sum(len(kind.parameters) * kind.network.n_parameters for kind in subject.kinds)
    yield fact("parameters", number(total))
    if record.get("rows") is not None:
        yield fact("rows", number(record["rows"]))
    yield fact("epochs", number(record.get("epochs")))
    if record.get("best_held_out_score") is not None:
        score = f"{record['held_out_score']} {number(record['best_held_out_score'])}"
        yield fact("held_out", score)
    decision = getattr(view.estimator, "decision_", None)
    if decision is not None and decision.temperature != 1.0:
        yield fact("temperature", number(decision.temperature))
    if decision is not None and decision.costs is not None and len(subject.classes or ()) == 2:
        yield fact("threshold", number(decision.threshold))
    if record.get("stopped_because"):
        yield fact("stopped", str(record["stopped_because"]))


def _python(subject: Subject) -> str:
    path = Path(subject.path or "model.clearprop").name
    saved = [] if subject.path else ["save(model, " + repr(path) + ")  # once"]
    imports = "from clearprop import load" + ("" if subject.path else ", save")
    if isinstance(subject.view, TableModelView):
        return "\n".join(
            [
                imports,
                "from clearprop.tables import read_table",
                "",
                *saved,
                f"model = load({path!r})",
                'rows = read_table("new-rows.csv")',
                f"print(model.predict_table(rows{'' if subject.classes is None else ', probabilities=True'}))",
            ]
        )
    rows = "a DataFrame or table with the columns of the training" if subject.view.encoder else "an array, (n, columns)"
    return "\n".join([imports, "", *saved, f"model = load({path!r})", f"model.predict(rows)  # rows: {rows}"])


def _command_line(subject: Subject) -> str:
    path = shlex.quote(Path(subject.path or "model.clearprop").name)
    probabilities = "" if subject.classes is None else " --proba"
    return "\n".join(
        [
            f"clearprop predict {path} new-rows.csv --out predictions.csv{probabilities}",
            f"clearprop evaluate {path} new-rows.csv",
            f"clearprop explain {path} new-rows.csv --row 1",
            f"clearprop report {path} new-rows.csv --out report.html",
        ]
    )
