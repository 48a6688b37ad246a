"""WHAT can be asked: one file per module, each with a tuple OPERATIONS."""

# The order of the modules, wherever they are listed.
ORDER = ("transform", "avatar", "create", "edit", "upscale", "control")
