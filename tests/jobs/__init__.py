"""Each job with the real store, graph, templates and letters; what is outside is a fake."""
