"""What people and programs are told while a sweep runs."""
