"""What API keys are used for: counted in memory, saved in batches, kept by the hour."""
