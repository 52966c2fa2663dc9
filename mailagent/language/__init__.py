"""What the words of a mail tell without a model: mood, asks, claims, orders to a machine, extracts. Pure."""
