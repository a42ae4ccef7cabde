"""What went wrong: gradients that are not right, explained by what people do when they derive and code them."""
