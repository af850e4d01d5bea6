"""The plan that gitsplit suggests: features, scores, clusters, order, reasons."""
