"""How long things take and how good models are, printed as tables; nothing is asserted here."""
