"""How long things take, printed as tables; nothing is asserted here."""
