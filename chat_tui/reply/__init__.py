"""One turn's join of domain and wire: the request that a conversation makes, the reply that chunks make."""
