"""The ``Paper`` port: documents and labels as PDF (reportlab), QR codes (segno)."""
