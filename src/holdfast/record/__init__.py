"""What happened to the animal, as events; and everything that can be derived from them."""
