"""What the words of a mail tell without a model: mood, nearest examples, extracts. Standard library only."""
