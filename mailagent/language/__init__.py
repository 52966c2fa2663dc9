"""What the words of a mail tell without a model: mood, asks, nearest examples, extracts. Pure."""
