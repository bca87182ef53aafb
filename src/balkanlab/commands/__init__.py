"""The command line by who uses it: each module adds its commands with `register(app)`.

Modules here are imported for every `balkanlab --help`, so what they need is imported inside the commands.
"""
