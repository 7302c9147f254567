"""The promises about speed, as ratios measured in one run."""
