"""The ``Paper`` port. What draws is fetched with the first paper: a server listens sooner without it."""

from holdfast.usecases.documents import Document, Label


class PdfPaper:
    """See ``usecases.documents.Paper``."""

    def document(self, document: Document) -> bytes:
        from holdfast.gateways.paper.pdf import document_pdf

        return document_pdf(document)

    def label(self, label: Label) -> bytes:
        from holdfast.gateways.paper.labels import label_pdf

        return label_pdf(label)

    def qr_svg(self, text: str) -> bytes:
        from holdfast.gateways.paper.labels import qr_svg

        return qr_svg(text)
