"""Money and tokens: sums, estimates and budgets over values, and how they are written for people."""
