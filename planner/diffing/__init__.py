"""What changed between two plans, and how the change in cost splits into its causes."""
