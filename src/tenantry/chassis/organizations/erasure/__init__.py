"""The end of an organization: deleted, restored within the time of grace, or gone for good."""
