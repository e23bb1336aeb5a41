"""JSON, CSV and safetensors, written complete or not at all, and refused by name if damaged."""
