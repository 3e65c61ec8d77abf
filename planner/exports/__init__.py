"""A plan as rows for other programs: FOCUS for cost tools, budget rows for spreadsheets."""
