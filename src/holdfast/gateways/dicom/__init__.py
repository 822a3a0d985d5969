"""DICOM over a network: what units send, ask and are asked."""
