"""What a hand touches and an eye sees: the button and the LED."""
