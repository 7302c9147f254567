"""What is known of models, as values: what they can do and cost, and how they are found, ordered and chosen."""
