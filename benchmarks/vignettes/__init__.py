"""The clinical safety study: after hiding, can every question still be settled, and does everything come back?

`python -m benchmarks.vignettes` (or `make bench-vignettes`). Each vignette in `texts/` is a French prompt, invented, with
the questions that a correct answer must be able to settle. Each question has its fact in a form that a machine checks
on the text that leaves, without the original: an interval in days, an age, who is who, a side, a dose, a negation.
"""
