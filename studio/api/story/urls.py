"""The addresses of stories in the API."""

from django.urls import path

from studio.api.story import making, parts, stories, takes

urlpatterns = [
    path("stories/", stories.Stories.as_view(), name="stories"),
    path("stories/<uuid:pk>/", stories.OneStory.as_view(), name="story"),
    path("stories/<uuid:pk>/client/", stories.MoveStory.as_view(), name="story-client"),
    path("stories/<uuid:pk>/lay/", stories.LayStory.as_view(), name="story-lay"),
    path("stories/<uuid:pk>/missing/", making.Missing.as_view(), name="story-missing"),
    path("stories/<uuid:pk>/pictures/", making.Pictures.as_view(), name="story-pictures"),
    path("stories/<uuid:pk>/stop/", making.StopStory.as_view(), name="story-stop"),
    path("stories/<uuid:pk>/film/", making.Film.as_view(), name="story-film"),
    path("stories/<uuid:pk>/files/<str:name>", making.StoryFile.as_view(), name="story-file"),
    path("stories/<uuid:pk>/scenes/", parts.Scenes.as_view(), name="scenes"),
    path("scenes/<uuid:pk>/", parts.OneScene.as_view(), name="scene"),
    path("scenes/<uuid:pk>/move/", parts.MoveScene.as_view(), name="scene-move"),
    path("scenes/<uuid:pk>/shots/", parts.Shots.as_view(), name="shots"),
    path("shots/<uuid:pk>/", parts.OneShot.as_view(), name="shot"),
    path("shots/<uuid:pk>/move/", parts.MoveShot.as_view(), name="shot-move"),
    path("shots/<uuid:pk>/duplicate/", parts.DuplicateShot.as_view(), name="shot-duplicate"),
    path("shots/<uuid:pk>/split/", parts.SplitShot.as_view(), name="shot-split"),
    path("shots/<uuid:pk>/takes/", takes.Takes.as_view(), name="takes"),
    path("shots/<uuid:pk>/choose/", takes.ChooseTake.as_view(), name="shot-choose"),
    path("shots/<uuid:pk>/stop/", takes.StopShot.as_view(), name="shot-stop"),
    path("shots/<uuid:pk>/picture/", takes.ShotPicture.as_view(), name="shot-picture"),
    path("shots/<uuid:pk>/prompt/", takes.WritePrompt.as_view(), name="shot-prompt"),
    path("podcasts/", stories.Podcasts.as_view(), name="podcasts"),
]
