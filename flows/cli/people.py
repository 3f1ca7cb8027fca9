"""Commands about people: show, forget, explain, resolve."""
