"""Charts as SVG elements, without any library: lines, bars, matrices, and the picture of a network."""
