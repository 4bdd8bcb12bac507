"""Sound, from the card to the RTP payload and back: threads, and no event loop."""
