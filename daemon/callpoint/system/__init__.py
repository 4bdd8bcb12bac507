"""What the operating system is told: readiness, status, stopping."""
