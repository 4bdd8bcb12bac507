"""The vendor's SDK in Debian's Chromium: what the bench and the interop test share."""
