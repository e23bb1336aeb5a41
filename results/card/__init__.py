"""A sweep's model card, in Hugging Face's form."""
