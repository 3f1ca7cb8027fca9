"""Handing a shortlist over, and taking feedback back."""
