"""Everything at once, in an order that hypothesis chooses: mail, faults, deaths, reviewers, forgers and operators."""
