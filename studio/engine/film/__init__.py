"""Plain work on films: cut, joined, made faster, smaller, louder, into other files.

clip     what is known of a film before a frame is decoded      cut      what may be copied
frames   decoded pictures by number or by time                  sound    decoded sound by time
output   the film that is written                               draw     one picture from another
"""
