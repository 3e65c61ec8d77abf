"""What the months to come cost: exact month by month, and how far that is uncertain."""
