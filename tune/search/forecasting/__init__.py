"""What a trial's loss will be when it is complete, and how sure that is."""
