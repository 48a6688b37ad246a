"""Transform: pictures into things that can be turned."""

from studio.operations.transform import IMAGE
from studio.spec import Operation, Param

IMAGE_TO_3D = Operation(
    key="image-to-3d",
    module="transform",
    label="Image to 3D",
    summary="A picture becomes a model that can be turned.",
    verb="Generate",
    makes="model",
    title="{image} in 3D",
    tags=("image-to-3d", "generated"),
    params=(
        IMAGE,
        Param(
            "depth",
            "integer",
            "Depth",
            help="How far the nearest point stands out, in percent of the width.",
            default=20,
            low=1,
            high=60,
            unit="%",
            group="look",
        ),
        Param(
            "detail",
            "choice",
            "Detail",
            help="Points along the longer side.",
            default=192,
            choices=(96, 192, 320),
            labels={96: "Light", 192: "Normal", 320: "Fine"},
            group="look",
        ),
        Param(
            "texture_resolution",
            "choice",
            "Texture",
            default=1024,
            choices=(512, 1024, 2048),
            unit="px",
            group="look",
        ),
        Param(
            "foreground_ratio",
            "number",
            "Space of the subject",
            help="How much of the frame the subject fills.",
            default=0.85,
            low=0.1,
            high=1,
            step=0.05,
            group="more",
            advanced=True,
        ),
        Param(
            "remesh",
            "choice",
            "Mesh",
            default="none",
            choices=("none", "triangle", "quad"),
            labels={"none": "As it comes"},
            group="more",
            advanced=True,
        ),
        Param(
            "vertex_count",
            "integer",
            "Points at most",
            help="-1 is as many as it takes.",
            default=-1,
            low=-1,
            high=20_000,
            group="more",
            advanced=True,
        ),
    ),
)

OPERATIONS = (IMAGE_TO_3D,)
