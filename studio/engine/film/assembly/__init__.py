"""The finished film of a story, out of its cuts: one size, one rate, one sound.

wish       what is wanted                    timeline    when each cut begins and ends
material   what the files really hold        scenes      the pictures of one cut
captions   what is said, in lines and cues   layers      what lies over the pictures
soundtrack what is heard                     title       the card at the beginning
assemble   the film
"""

from studio.engine.film.assembly.assemble import assemble as assemble
from studio.engine.film.assembly.captions import Cue as Cue
from studio.engine.film.assembly.captions import cues as cues
from studio.engine.film.assembly.captions import srt as srt
from studio.engine.film.assembly.captions import vtt as vtt
from studio.engine.film.assembly.timeline import Span as Span
from studio.engine.film.assembly.timeline import timeline as timeline
from studio.engine.film.assembly.wish import Cut as Cut
from studio.engine.film.assembly.wish import Made as Made
from studio.engine.film.assembly.wish import Wish as Wish
