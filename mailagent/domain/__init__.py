"""What the words mean: values and rules about cases; no IO, no clock, no package."""
