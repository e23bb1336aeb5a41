"""From a grey picture of one digit to 28 x 28 pixels."""
