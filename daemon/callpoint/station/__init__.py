"""What the device does: events rise into one table, commands descend from it."""
