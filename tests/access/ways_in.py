"""What a link opens, and what asks nobody who they are."""

from __future__ import annotations

from tests.access.pages import get, post

# A link opens a board to everybody who has it; of people inside it asks nothing more.
SHARES = [
    get("/s/{token}/"),
    post("/s/{token}/", 200),
    get("/s/{token}/{item}/"),
    post("/s/{token}/{item}/say/", name="Zoe", text="Nice"),
    get("/s/{token}/files/{item}/poster"),
    get("/s/{token}/files/{item}/thumbnail"),
]
# What asks nobody who they are.
OPEN = [
    get("/healthz"),
    get("/favicon.ico", ok=(302,)),
    get("/sign-in/", ok=(200, 302)),
    post("/sign-in/", 200, login="nobody at all", password="wrong").but(ok=(200, 302)),
    *(
        row.but(ok=(200, 302, 404))
        for row in (
            *(get(f"/sign-in/{page}/") for page in ("second", "verify", "inactive", "password")),
            *(get(f"/sign-in/{page}/") for page in ("password/sent", "password/done")),
            *(get(f"/sign-in/{page}/") for page in ("canceled", "passkey")),
            *(post(f"/sign-in/{page}/") for page in ("second", "password", "passkey")),
            *(how("/sign-in/password/1-set-password/") for how in (get, post)),
            *(how("/sign-in/verify/unknown/") for how in (get, post)),
            *(how("/sign-in/with/oidc/") for how in (get, post)),
            get("/sign-in/with/oidc/back/"),
            *(how("/sign-up/") for how in (get, post)),
            *(how("/sign-up/with/") for how in (get, post)),
        )
    ),
    get("/sign-in/error/", ok=(401, 302)),
    get("/invitation/unknown/", ok=(410,)),
    post("/invitation/unknown/").but(ok=(410,)),
    get("/sign-in/unknown/", ok=(410, 302)),
    post("/sign-out/").but(ok=(302,)),
    post("/hooks/local/unknown").but(ok=(404,)),
    post("/hooks/fal/unknown").but(ok=(200,)),
    post("/hooks/stripe").but(ok=(400,)),
    get("/api/schema/"),
    get("/api/docs/"),
    get("/api/nothing/", ok=(404,)),
]
