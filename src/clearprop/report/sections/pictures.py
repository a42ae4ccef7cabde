"""The network: one picture for each kind of network."""

from collections.abc import Iterator

from clearprop.derivation.documents.blocks import Heading, Paragraph, Table
from clearprop.derivation.messages import Message
from clearprop.mathematics.network import Network
from clearprop.report.blocks import Chart, ReportBlock
from clearprop.report.charts.network_picture import NetworkPicture
from clearprop.report.subject import Subject
from clearprop.report.texts import number, percent
from clearprop.report.views import MatrixView, NetworkKind


def pictures(subject: Subject) -> Iterator[ReportBlock]:
    """The multilayer picture of the notes, for each kind of network, with its real sizes."""
    yield Paragraph((Message("report_pictures.meaning"),))
    for kind in subject.kinds:
        if len(subject.kinds) > 1:
            yield Heading(kind.name, 3)
        yield _picture(subject, kind)


def _picture(subject: Subject, kind: NetworkKind) -> Chart:
    network = kind.network
    inputs = subject.view.names if isinstance(subject.view, MatrixView) else ()
    picture = NetworkPicture(network, inputs, _outputs(subject, network))
    sizes = "-".join(map(str, network.sizes))
    values = {"sizes": sizes, "n": number(len(kind.parameters)), "share": percent(kind.share)}
    says = Message("report_pictures.says", **values, parameters=number(network.n_parameters))
    return Chart(Message("report_pictures.title", **values), picture, says, _layers(network))


def _outputs(subject: Subject, network: Network) -> tuple[str, ...]:
    """The names of the outputs: of two classes, one output is the second's."""
    classes = subject.classes or ()
    return classes[1:] if len(classes) == 2 == network.sizes[-1] + 1 else classes


def _layers(network: Network) -> Table:
    """Sizes, activations and parameters, layer by layer."""
    rows = []
    for l in network.layers:
        n, k = network.sizes[l], network.sizes[l - 1]
        name = network.activation(l).name
        mixed = network.mixed and l < network.n_layers
        activation = Message("report_pictures.mixed", name=name) if mixed else name
        rows.append((Message("words.layer", l=l), number(n), activation, f"{n} × {k}", number(n * k + n)))
    names = ("layer", "n_units", "activation", "weights", "parameters")
    return Table(tuple(Message(f"report_pictures.{name}") for name in names), tuple(rows))
