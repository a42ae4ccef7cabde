"""How an expression is printed: Unicode text, LaTeX, MathML."""
