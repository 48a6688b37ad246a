"""Every page, part of a page, and form of one: what members may ask and send."""

from __future__ import annotations

from tests.access.rows import Row

HTMX = {"HX-Request": "true"}
# A number, so that nobody is asked where it leads.
PUBLIC = "https://93.184.216.34/hook"
JSON = {"Accept": "application/json"}
# Nobody here has a second step.
NONE = (302, 404)


def get(path: str, query: str = "", **more: object) -> Row:
    return Row("get", path, query=query, **more)  # type: ignore[arg-type]


def post(path: str, ok: int = 302, query: str = "", **body: object) -> Row:
    return Row("post", path, body, ok=(ok,), query=query)


MONEY = [
    get("/account/usage/"),
    get("/account/usage/", "?period=90&by=client"),
    get("/account/usage/days.csv", "?by=user"),
    get("/account/usage/holds/"),
    # Of all clients: who is limited to one has none.
    get("/account/usage/ledger/", ok=(200, 403)),
    get("/account/usage/ledger.csv", "?q=q", ok=(200, 403)),
    get("/account/budgets/"),
    get("/account/budgets/", "?of=client&whose={client}"),
    post("/account/budgets/", whose="client:{client}", soft="5").but(manages=True),
    post("/account/budgets/", action="remove", budget="{budget}").but(manages=True),
    get("/account/plan/"),
    get("/account/plan/", "?plan=pro"),
    # For owners alone.
    post("/account/plan/", action="choose", plan="pro", agreed="x").but(
        ok=(403, 422), manages=True
    ),
]
HOME = [
    get("/"),
    get("/account/"),
    # Keys are a person's own; a viewer may have one to read with.
    post("/account/", 200, action="create_key", name="one more", read_only="on").but(writes=False),
    get("/jobs/"),
    get("/jobs/", "?state=attention"),
    get("/jobs/status/"),
    get("/jobs/{failed}/"),
    get("/jobs/{succeeded}/"),
    get("/jobs/{failed}/card/"),
    post("/jobs/{succeeded}/collect/"),
    post("/jobs/{queued}/cancel/"),
    post("/jobs/{failed}/retry/"),
    post("/jobs/{review}/send-again/"),
    post("/jobs/{review}/give-up/"),
]
LIBRARY = [
    get("/library/"),
    get("/library/", "?view=list&sort=title"),
    get("/library/", "?view=timeline"),
    get("/library/", "?pick=image"),
    get("/library/", "?q=q&versions=all&status=all"),
    get("/library/", "?status=trashed"),
    get("/library/facets/"),
    get("/library/months/"),
    get("/library/suggest/", "?q=q"),
    get("/library/suggest/", "?q=tag:q"),
    get("/library/suggest/", "?q=model:q"),
    get("/library/suggest/", "?q=collection:q"),
    get("/library/suggest/", "?q=client:"),
    get("/library/", "?q=like:{mask}"),
    get("/library/", "?collection={collection}"),
    get("/library/cull/", "?collection={collection}"),
    get("/library/facets/", "?collection={collection}"),
    get("/library/search-help/"),
    get("/library/searches/"),
    post("/library/searches/", name="New", q="cat"),
    post("/library/searches/{search}/change/", name="Other"),
    post("/library/searches/{search}/delete/"),
    *(get(f"/library/{{{kind}}}/") for kind in ("mask", "video", "audio", "model", "text")),
    *(get(f"/library/{{{kind}}}/") for kind in ("image", "result", "doomed")),
    get("/library/compare/", "?a={image}&b={result}"),
    post("/library/bulk/", verb="rate", value="5", ids="{mask}"),
    post("/library/bulk/{bulk}/undo/"),
    get("/library/cull/"),
    get("/library/cull/", "?start=0", headers=JSON),
    get("/library/cull/", "?ids={mask},{video}", headers=JSON),
    get("/library/collections/"),
    get("/library/collections/", headers=JSON),
    post("/library/collections/", name="New", parent="{collection}"),
    get("/library/", "?collection={inner}&sort=manual"),
    get("/library/", "?q=in:{collection}&sort=manual&view=list"),
    post("/library/collections/{inner}/order/", ids="{mask}", before="{mask}"),
    post("/library/collections/{inner}/order/", ids="{mask}", step="1"),
    post("/library/collections/{inner}/", parent=""),
    post("/library/collections/{collection}/", name="Other"),
    post("/library/collections/{collection}/delete/"),
    get("/library/archives/"),
    post("/library/archives/", ids="{mask}"),
    get("/library/archives/{archive}/"),
    post("/library/archives/{archive}/delete/"),
    get("/library/tags/"),
    post("/library/tags/{tag}/", name="renamed"),
    post("/library/tags/{common}/", name="renamed"),
    post("/library/tags/{common}/delete/"),
    post("/library/bulk/", verb="collect", value="{collection}", ids="{mask}"),
    post("/library/bulk/", verb="trash", filter="q=q"),
    post("/library/bulk/", verb="move", value="{client}", ids="{mask}"),
    post("/library/tags/{tag}/delete/"),
    post("/library/trash/empty/"),
    post("/library/settings/", accept_rules="1"),
    get("/library/{mask}/hints/part/"),
    get("/library/{mask}/edges/"),
    get("/library/{mask}/regard/"),
    get("/library/{image}/fitted/", "?shape=1.0000&fill=blur"),
    post("/library/{mask}/judge/", rating="3", flag="pick", favorite="1"),
    post("/library/{mask}/accept/", source="{result}"),
    post("/library/{result}/withdraw/", query="?shown={image}"),
    post("/library/{image}/show-version/"),
    post("/library/{mask}/edit/", title="New", tags="a, b", alt="c"),
    post("/library/{mask}/favorite/", favorite="1"),
    post("/library/{mask}/focus/", 200, focus="0.5,0.5"),
    post("/library/{mask}/trash/"),
    post("/library/{doomed}/restore/"),
    post("/library/{doomed}/purge/"),
    post("/library/{mask}/hints/", accept="{hint}"),
    post("/library/{mask}/described/", accept="1"),
    post("/library/{mask}/describe/"),
    post("/library/{video}/go-on/"),
    Row("post", "/library/upload/", {"title": "New"}, ok=(302,), kind="picture"),
    Row("post", "/library/upload/", {}, ok=(201,), kind="picture", headers=JSON),
    Row("post", "/library/imports/", {}, ok=(302,), kind="zip"),
    post("/library/imports/", upload="{whole}"),
    get("/library/imports/{import}/"),
    post("/library/imports/{import}/delete/"),
    get("/library/send/", "?ids={mask}", writes=True),
    get("/library/send/upscale/", "?ids={mask},{image}", writes=True),
    post("/library/send/upscale/", ids="{mask},{image}"),
    post("/library/upload/", upload="{whole}"),
    *(
        get(f"/files/{{mask}}/{name}/", program=True)
        for name in ("original", "thumbnail", "poster")
    ),
    get("/files/{text}/original/", "?download=1"),
]
BOARDS = [
    get("/library/boards/"),
    get("/library/boards/new/", "?ids={mask}", writes=True),
    post("/library/boards/new/", title="New", ids="{mask}"),
    get("/library/boards/{board}/"),
    get("/library/boards/{board}/news/", "?since=0"),
    post("/library/boards/{board}/edit/", title="Other"),
    post("/library/boards/{board}/link/", action="new"),
    post("/library/boards/{board}/link/", action="close"),
    post("/library/boards/{board}/delete/"),
    post("/library/boards/{board}/items/", action="add", ids="{result}"),
    post("/library/boards/{board}/items/", action="remove", key="{item}"),
    post("/library/boards/{board}/comment/", action="answer", comment="{comment}", text="Done"),
    post("/library/boards/{board}/comment/", action="delete", comment="{comment}"),
]
MAKING = [
    get("/transform/image-to-video/"),
    get("/transform/image-to-video/", "?job={failed}"),
    get("/transform/image-to-video/", "?from={mask}"),
    get("/transform/image-to-video/", "?image={mask}"),
    post("/transform/image-to-video/", image="{mask}", width="64", height="64", duration="1"),
    post("/transform/image-to-video/quote/", 200, image="{mask}").but(writes=False),
    get("/prompts/image-to-video/"),
    post("/prompts/text-to-image/improve/", 200, prompt="A cat", persona="{persona}").but(
        writes=False
    ),
    post("/prompts/image-to-video/save/", 200, text="A cat in the sun"),
    post("/prompts/image-to-video/remove/", 200, saved="{prompt}"),
    post("/settings/image-to-video/save/", 200, settings_name="New", strength="30"),
    post("/settings/image-to-video/remove/", 200, saved="{settings}"),
    get("/personas/"),
    post("/personas/", name="New"),
    get("/personas/{persona}/"),
    post("/personas/{persona}/", name="Other"),
    post("/personas/{persona}/delete/"),
]
STORIES = [
    get("/story/"),
    post("/story/", title="New"),
    post("/story/preview/", 200, text="Title: A cat").but(writes=False),
    get("/story/podcast/"),
    post(
        "/story/podcast/",
        text="00:00 Anna: Hello.",
        audio="{audio}",
        portrait_0="{mask}",
        title="Talk",
    ),
    get("/story/{story}/"),
    get("/story/{story}/board/"),
    get("/story/{story}/header/"),
    get("/story/{story}/script/"),
    post("/story/{story}/facts/", 200, style="ink"),
    post("/story/{story}/remove/"),
    get("/story/{story}/client/", writes=True),
    post("/story/{story}/client/", 422, client="{client}"),
    post("/story/{story}/client/{bulk}/undo/"),
    post("/story/{story}/generate/", 200),
    post("/story/{story}/pictures/", 200),
    post("/story/{story}/stop/", 200),
    post("/story/{story}/track/", 200, track="{audio}"),
    get("/story/{story}/heard/"),
    post("/story/{empty}/storyboard/", 204),
    post("/story/{story}/lay/", 204),
    post("/story/{story}/unlay/", 204),
    post("/story/{story}/film/", 200),
    *(
        get(f"/story/{{story}}/files/{name}")
        for name in ("film.edl", "film.csv", "shots.csv", "story.json", "stills.zip")
    ),
    post("/story/{story}/scenes/", 200),
    get("/story/scenes/{scene}/form/"),
    post("/story/scenes/{scene}/facts/", 200, title="Other"),
    post("/story/scenes/{scene}/move/", 200, place="2"),
    post("/story/scenes/{scene}/remove/", 200),
    post("/story/scenes/{scene}/shots/", 200),
    get("/story/shots/{shot}/"),
    get("/story/shots/{shot}/form/"),
    post("/story/shots/{shot}/facts/", 200, still="{result}"),
    post("/story/shots/{shot}/facts/", 200, voice="{audio}"),
    post("/story/shots/{shot}/move/", 200, place="1", scene="{evening}"),
    post("/story/shots/{shot}/take/", 200),
    get("/story/shots/{shot}/picture/", writes=True),
    post("/story/shots/{shot}/picture/", 200),
    post("/story/shots/{shot}/stop/", 200),
    post("/story/shots/{shot}/choose/", 200, take="{take}"),
    post("/story/shots/{shot}/use/", 200, asset="{video}"),
    get("/story/shots/{shot}/mask/", writes=True),
    post("/story/shots/{shot}/mask/", 204, mask="{mask}"),
    post("/story/shots/{shot}/write/", 200),
    *(post(f"/story/shots/{{shot}}/{how}/", 200) for how in ("duplicate", "split", "remove")),
]
BATCHES = [
    get("/batch/"),
    get("/batch/new/", writes=True),
    get("/batch/new/", "?ids={mask}", writes=True),
    post("/batch/new/", source="prompts", prompts="A cat", **{"s1.operation": "text-to-image"}),
    post("/batch/new/", 200, choose="1", ids="{mask}"),
    post("/batch/new/", source="library", ids="{mask}", **{"s1.operation": "upscale"}),
    post("/batch/steps/", 200, do="load", template="{template}"),
    post("/batch/steps/", 200, do="save", template_name="New"),
    get("/batch/{batch}/"),
    get("/batch/{begun}/"),
    get("/batch/{batch}/plan/"),
    get("/batch/{batch}/sheet/", "?show=wrong"),
    get("/batch/{begun}/sheet/"),
    get("/batch/{batch}/bad.csv"),
    get("/batch/{begun}/live/"),
    get("/batch/{begun}/rest/"),
    get("/batch/{begun}/results.csv"),
    get("/batch/{begun}/again/", writes=True),
    post("/batch/{begun}/again/"),
    post("/batch/{begun}/correct/"),
    post("/batch/{begun}/seen/"),
    *(post(f"/batch/{{begun}}/{how}/") for how in ("pause", "resume", "cancel", "no-repeat")),
    *(post(f"/batch/{{begun}}/keep/{how}/") for how in ("zip", "collection")),
    post("/batch/{batch}/check/", 200),
    post("/batch/{batch}/cells/", 200, changes='[[1, 0, "{mask}"]]'),
    post("/batch/{batch}/rows/", 204, do="skip:1"),
    post("/batch/{batch}/mapping/", c0="image", c1="title"),
    post("/batch/{batch}/mapping/", do="load", saved="{mapping}"),
    post("/batch/{batch}/do/", **{"s1.operation": "watermark", "s1.p.text": "Me"}),
    post("/batch/{batch}/options/", 200, when="now", email="a@example.com"),
    post("/batch/{batch}/start/"),
    post("/batch/{batch}/delete/"),
]
CLIENTS = [
    get("/clients/"),
    get("/clients/", "?q=q&archived=1"),
    get("/clients/options/", "?q=q"),
    post("/clients/choose/", client="{client}", next="/library/{mask}/").but(writes=False),
    *(
        row.but(manages=True)
        for row in (
            post("/clients/", name="New"),
            post("/clients/{client}/", name="Other"),
            post("/clients/{client}/archive/", archived="1"),
            get("/clients/members/{member}/"),
            post("/clients/members/{member}/", limited="1", clients="{client}"),
        )
    ),
]
HOOK = "/account/webhooks/{hook}/"
TELLING = [
    get("/notices/"),
    post("/notices/seen/").but(writes=False),
    post("/notices/{notice}/").but(writes=False),
    *(
        row.but(manages=True)
        for row in (
            get("/account/webhooks/"),
            post("/account/webhooks/", 200, name="New", url=PUBLIC, events="job.failed"),
            get(HOOK),
            get(HOOK + "log/"),
            post(HOOK, name="Other", url=PUBLIC, events="job.failed"),
            post(HOOK + "secret/", 200),
            post(HOOK + "test/"),
            post(HOOK + "replay/"),
            post(HOOK + "replay/", delivery="{delivery}"),
            post(HOOK + "delete/"),
            # Nothing is paid here: nobody answers at the address of the provider.
            get("/account/pay/"),
            post("/account/pay/", 422, plan="none"),
            get("/account/pay/{payment}/"),
            post("/account/pay/ending/", 422, action="cancel"),
            post("/account/pay/invoices/", 422),
        )
    ),
]
MEMBERS = [
    get("/members/"),
    # The owner of the world is the only one, and stays.
    post("/members/leave/").but(ok=(302, 422), writes=False),
    *(
        row.but(manages=True)
        for row in (
            post("/members/", 200, email="new@example.com", role="member"),
            post("/members/{member}/", action="role", role="viewer"),
            post("/members/{member}/", action="remove"),
            post("/members/invitations/{invitation}/"),
            get("/audit/"),
            get("/audit/", "?who=q&area=keys&since=2026-01-01"),
            get("/audit/log.csv"),
        )
    ),
]
# How somebody comes in is their own; some of it is confirmed with the password first.
SAFETY = [
    row.but(ok=row.ok if row.ok == NONE else (200, 302), writes=False)
    for row in (
        *(get(f"/account/{page}/") for page in ("email", "sessions", "links")),
        post("/account/email/", action_add="1", email="more@example.com"),
        post("/account/sessions/"),
        post("/account/links/"),
        *(get(f"/account/confirm/{how}") for how in ("", "second/", "passkey/")),
        *(post(f"/account/confirm/{how}") for how in ("", "second/", "passkey/")),
        get("/account/safety/"),
        *(get(f"/account/safety/{page}/") for page in ("app", "passkeys", "passkeys/add")),
        *(post(f"/account/safety/{page}/") for page in ("app", "passkeys/add", "codes/new")),
        get("/account/safety/codes/new/"),
        *(get(f"/account/safety/{page}/").but(ok=NONE) for page in ("codes", "codes/download")),
        *(
            how(f"/account/safety/{page}/").but(ok=NONE)
            for how in (get, post)
            for page in ("app/remove", "passkeys/1", "passkeys/1/remove")
        ),
    )
]
PAGES = [
    *HOME,
    *MONEY,
    *TELLING,
    *CLIENTS,
    *MEMBERS,
    *SAFETY,
    *LIBRARY,
    *BOARDS,
    *MAKING,
    *STORIES,
    *BATCHES,
]
