"""What sections calculate of rows: measures, curves, importance; numbers alone, nothing is written here."""
