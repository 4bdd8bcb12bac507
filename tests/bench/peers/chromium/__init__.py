"""What a customer runs today: the vendor's SDK for browsers, in Debian's Chromium."""
