"""Stories as text: scripts are read, cut lists written, and what they consist of is declared.

fields    what a story, a scene and a shot have, once
script    whatever is pasted → a draft, or what is wrong with it; a draft as a file
podcast   who speaks from when to when
lists     the cut list for an editing program

Pure functions: no models, no files, no network.
"""
