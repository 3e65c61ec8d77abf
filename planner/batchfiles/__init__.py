"""The wing for batch request files."""
