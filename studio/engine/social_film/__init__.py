"""One video for every place it is shown at: cut to another shape, length and weight.

wanted   what is asked for, and what came of it     trim     which part is kept
watch    what is to be seen, and where films cut    follow   a calm camera after restless places
path     the window that follows the subject        window   what is drawn of a frame
export   the file that is written                   proof    the written file, opened again
cover    the best frame of the part that is kept         unsafe   what a person should look at
"""
