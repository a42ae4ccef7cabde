"""Networks for raw tables: columns become inputs, several networks are trained, and their weighted mean predicts."""
