"""The whole device in a virtual machine: `scripts/test-device`."""
