"""Reading: pages to clean records, under CPU and memory limits; pages recorded as test cases."""
