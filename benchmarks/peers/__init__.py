"""Other people's expression networks, each in a process and with packages of its own.

`make peers` installs them into this folder, by locks that the site's own packages know nothing of.
"""
