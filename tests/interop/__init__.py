"""Whether the vendor's SDK is content with our simulator: scripts/test-interop."""
