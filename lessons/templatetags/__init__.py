"""Filters for the texts of a story."""
