"""The addresses of the studio's pages."""

from django.urls import include, path

from studio.views import (
    describe,
    edges,
    home,
    hooks,
    jobs,
    operation,
    personas,
    prompts,
    saved,
    session,
    shell,
    upload,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/status/", shell.status, name="status"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/card/", jobs.job_card, name="job-card"),
    path("jobs/<uuid:pk>/cancel/", jobs.cancel, name="job-cancel"),
    path("jobs/<uuid:pk>/retry/", jobs.retry, name="job-retry"),
    path("jobs/<uuid:pk>/send-again/", jobs.send_again, name="job-send-again"),
    path("jobs/<uuid:pk>/give-up/", jobs.give_up, name="job-give-up"),
    path("hooks/<slug:provider>/<str:token>", hooks.hook, name="hook"),
    path("library/upload/", upload.upload, name="upload"),
    path("library/<uuid:pk>/describe/", describe.describe, name="describe"),
    path("library/<uuid:pk>/go-on/", upload.go_on, name="go-on"),
    path("library/<uuid:pk>/edges/", edges.lines, name="asset-edges"),
    path("personas/", personas.personas, name="personas"),
    path("personas/<uuid:pk>/", personas.persona, name="persona"),
    path("personas/<uuid:pk>/delete/", personas.delete, name="persona-delete"),
    path("prompts/<slug:operation>/", prompts.found, name="prompt-found"),
    path("prompts/<slug:operation>/improve/", prompts.improve, name="prompt-improve"),
    path("prompts/<slug:operation>/save/", prompts.save, name="prompt-save"),
    path("prompts/<slug:operation>/remove/", prompts.remove, name="prompt-remove"),
    path("settings/<slug:operation>/save/", saved.save, name="settings-save"),
    path("settings/<slug:operation>/remove/", saved.remove, name="settings-remove"),
    path("story/", include("studio.views.story.urls")),
    path("account/", session.account, name="account"),
    path("sign-in/", session.SignIn.as_view(), name="sign-in"),
    path("sign-in/<str:token>/", session.sign_in_link, name="sign-in-link"),
    path("sign-out/", session.sign_out, name="sign-out"),
    # Last: two words that nothing above has taken.
    path("<slug:module>/<slug:key>/", operation.operation, name="operation"),
    path("<slug:module>/<slug:key>/quote/", operation.quote, name="operation-quote"),
]
