"""Estimators: pure, seeded functions over arrays."""
