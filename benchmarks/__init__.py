"""Measurements of the planner beside other tools, each in one run on one machine."""
