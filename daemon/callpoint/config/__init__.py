"""The configuration: its schema, its files, and every fault in plain words."""
