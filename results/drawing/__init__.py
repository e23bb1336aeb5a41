"""Small pictures for TensorBoard, drawn by Pillow in a few milliseconds."""
