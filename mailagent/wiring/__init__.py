"""Build every object once, from the settings: `daemon` builds what runs, `opening` what commands look at, `trial` what
they try mails with. The only package that knows all others. Nothing is imported here, so that commands start quickly.
"""
