"""The name model: an ONNX file that tells, word by word, what identifies somebody.

`artefact` reads and verifies the files, `session` runs the network over windows of a text, `decode` turns its
probabilities into spans. What the classes mean to the product stands in `detect/models.py`.
"""
