"""A daemon on one host, its far end on another, and what becomes of the cable."""
