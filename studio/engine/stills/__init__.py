"""Still pictures: functions from pictures to pictures, and from nothing to backgrounds.

What works on pixels takes and gives arrays of R'G'B' in 8 bits (height x width x 3); `files` is
the way in and out. Nothing in here is a learned model.
"""
