"""Still pictures made out of still pictures, in full size, on this computer.

All of it is classical image processing: nothing here is a model, and nothing is learned.
"""
