"""Styles of photographs and films."""

from __future__ import annotations

from studio.presets.styles._style import Style

STYLES = (
    Style(
        "photographic",
        "Photographic",
        "natural photograph, true colors, soft daylight, fine detail from edge to edge",
        "photo",
    ),
    Style(
        "enhance",
        "Enhanced",
        "clear and vivid picture, balanced light, crisp detail, rich but believable color",
        "photo",
    ),
    Style(
        "hyperreal-clean",
        "Spotless",
        "advertising photograph, flawless surfaces, razor-sharp detail, even studio light",
        "photo",
    ),
    Style(
        "fashion-editorial",
        "Fashion editorial",
        "fashion photograph for a magazine, hard flash, strong pose, cool skin, bare set",
        "photo",
    ),
    Style(
        "lifestyle-golden",
        "Golden hour",
        "candid photograph, low evening sun from behind, warm rim light, blurred background",
        "photo",
    ),
    Style(
        "documentary-handheld",
        "Reportage",
        "unposed news photograph, available light, slightly off level, honest muted color",
        "photo",
    ),
    Style(
        "minimalist-monochrome",
        "Quiet monochrome",
        "minimal black-and-white photograph, much empty space, one subject, soft gray tones",
        "photo",
    ),
    Style(
        "infrared",
        "Infrared",
        "infrared photograph, glowing white foliage, near-black sky, dreamlike contrast",
        "photo",
    ),
    Style(
        "cross-process",
        "Wrong chemistry",
        "slide film developed in the wrong bath, green shadows, yellow highlights, punchy contrast",
        "photo",
    ),
    Style(
        "cinematic",
        "Cinematic",
        "film still, wide frame, shallow depth of field, teal shadows and warm skin, graded light",
        "film",
    ),
    Style(
        "analog-film",
        "Analog film",
        "photograph on negative film, soft highlights, lifted blacks, visible grain, gentle color",
        "film",
    ),
    Style(
        "anamorphic-cinema",
        "Anamorphic",
        "wide-screen film frame, oval out-of-focus lights, blue horizontal flares, deep contrast",
        "film",
    ),
    Style(
        "small-gauge-film",
        "Home movie",
        "frame of an old home movie on narrow film, warm fade, dust, soft focus, dark corners",
        "film",
    ),
    Style(
        "noir-monochrome",
        "Film noir",
        "black-and-white crime film, one hard lamp, blinds and long shadows, deep blacks",
        "film",
    ),
    Style(
        "neon-noir",
        "Neon night",
        "rainy street at night, colored neon on wet asphalt, silhouettes, magenta against cyan",
        "film",
    ),
    Style(
        "dreamlike-softfocus",
        "Soft dream",
        "soft-focus dream scene, glowing highlights, pale mist, pastel light, slow mood",
        "film",
    ),
    Style(
        "gritty-urban",
        "Gritty streets",
        "rough city scene under sodium lamps, green-tinged shadows, heavy grain, worn concrete",
        "film",
    ),
    Style(
        "warm-seventies",
        "Warm seventies",
        "scene on faded 1970s film, amber lamps, brown and orange tones, soft contrast",
        "film",
    ),
    Style(
        "nineties-indie",
        "Nineties indie",
        "modest 1990s independent film, overcast light, cool muted color, plain locations",
        "film",
    ),
    Style(
        "western-dust",
        "Western dust",
        "dry frontier landscape, backlit dust, bleached sky, sun-baked ochre and leather",
        "film",
    ),
    Style(
        "horror-suspense",
        "Suspense",
        "dark empty room, one dim source, cold green fog, something just out of sight",
        "film",
    ),
    Style(
        "romcom-bright",
        "Bright comedy",
        "cheerful romantic comedy, bright even light, fresh pink and peach colors, clean interiors",
        "film",
    ),
    Style(
        "instant-photo",
        "Instant photo",
        "small instant print with a white border, milky blacks, shifted colors, casual snapshot",
        "film",
    ),
    Style(
        "silent-film",
        "Silent film",
        "frame of a hand-cranked silent film, sepia tone, round iris, flicker and scratches",
        "film",
    ),
    Style(
        "grindhouse",
        "Worn print",
        "battered exploitation-film print, scratches, burnt reds, splices, garish contrast",
        "film",
    ),
    Style(
        "tropical-eighties",
        "Tropical eighties",
        "1980s seaside evening, pink and turquoise pastels, palm shadows, sunset gradient",
        "film",
    ),
    Style(
        "rain-future-noir",
        "Rain and towers",
        "future city in endless rain, orange haze between dark towers, distant advertising lights",
        "film",
    ),
    Style(
        "smeared-romance",
        "Smeared lights",
        "longing night scene, lights dragged by a slow shutter, deep red and green, crowded frame",
        "film",
    ),
)
