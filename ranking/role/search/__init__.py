"""Short people searches: title, place, time."""
