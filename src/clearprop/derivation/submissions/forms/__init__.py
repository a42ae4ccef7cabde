"""The forms in which courses have back-propagation written: one module and one table entry each."""
