"""Photographs and scans of many digits, cut into one picture per digit."""
