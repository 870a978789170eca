"""From a label set on disk to batches of augmented crops."""
