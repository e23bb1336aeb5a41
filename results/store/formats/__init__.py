"""JSON, CSV and safetensors, written whole or not at all, and refused by name if damaged."""
