"""From equations to a trained network: batches, the loop, stopping, history."""
