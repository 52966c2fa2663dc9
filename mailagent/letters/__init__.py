"""Every mail we write: which template, to whom, in which thread."""
