"""Batches over HTTP: many jobs out of one table."""
