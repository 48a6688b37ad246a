"""Workflows of ComfyUI for the operator: stored here, they become offers."""

from __future__ import annotations

import functools
import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from studio import catalogue, workflows
from studio.graphs import MAX_BYTES, problems_of_graph, propose, read
from studio.models import Workflow
from studio.spec import Param

MOST_PROBLEMS = 20  # at a time


class LinesField(forms.JSONField):
    """An object as text with one line for each of its names."""

    widget = forms.Textarea(attrs={"class": "vLargeTextField", "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        if not value or not isinstance(value, str):
            return super().to_python(value)
        try:
            return read(value)
        except ValueError as error:
            raise forms.ValidationError(f"This {error}") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed comes back as it was when it cannot be used."""
        try:
            return read(data) if data else None
        except ValueError:
            return InvalidJSONInput(data)

    def prepare_value(self, value: Any) -> Any:
        if value is None or value == {}:
            return ""
        if not isinstance(value, dict):
            return super().prepare_value(value)
        dump = functools.partial(json.dumps, ensure_ascii=False)
        lines = ",\n".join(f"  {dump(name)}: {dump(inner)}" for name, inner in value.items())
        return f"{{\n{lines}\n}}"


class WorkflowForm(forms.ModelForm):  # type: ignore[type-arg]
    """The graph comes as a file or as text; a mapping that is left empty is proposed."""

    operation = forms.ChoiceField(
        choices=lambda: [(o.key, o.label) for o in catalogue.operations().values()]
    )
    file = forms.FileField(
        required=False, help_text="What ComfyUI saves under Workflow, Export (API); at most 1 MB"
    )
    graph = LinesField(required=False, help_text="Or its text. A file replaces it.")
    mapping = LinesField(
        required=False,
        help_text="Where our parameters go: {parameter: [[node id, input], …]}. “frames” is "
        "duration × fps. Left empty, it is proposed from the workflow.",
    )
    limits = LinesField(
        required=False,
        help_text='Narrower values: {"width": {"low": 256, "high": 1024, "default": 512, '
        '"multiple": 16}, "fps": {"choices": [16, 24]}, "frames": {"fps": 24, "step": 4}}. '
        "With a step of 4 the frames are 1, 5, 9 …; a default of null leaves the workflow's value.",
    )

    class Meta:
        model = Workflow
        fields = (
            "key",
            "label",
            "summary",
            "operation",
            "file",
            "graph",
            "mapping",
            "limits",
            "price",
            "deadline",
            "enabled",
        )
        help_texts = {
            "price": "US dollars a job; 0 is free",
            "deadline": "Seconds until the work counts as late: 30 to 604800, which are 7 days",
        }

    def clean(self) -> dict[str, Any]:
        super().clean()
        said = self.cleaned_data
        if said.get("file"):
            said["graph"] = self._read(said["file"])
        said["limits"] = said.get("limits") or {}
        if not self.errors:
            self._check()
        return said

    def _read(self, file: Any) -> Any:
        if file.size > MAX_BYTES:
            self.add_error("file", f"The file has {file.size:,} bytes; at most {MAX_BYTES:,}.")
            return None
        try:
            return read(file.read())
        except ValueError as error:
            self.add_error("file", f"The file {error} Use what Export (API) saves.")
            return None

    def _check(self) -> None:
        said = self.cleaned_data
        operation = catalogue.operations()[said["operation"]]
        if not said.get("mapping") and not list(problems_of_graph(said.get("graph"))):
            said["mapping"] = propose(said["graph"], operation)
        stored = {f.name: said[f.name] for f in Workflow._meta.fields if f.name in said}
        for problem in workflows.problems(Workflow(**stored))[:MOST_PROBLEMS]:
            self.add_error(None, problem)


@admin.register(Workflow)
class WorkflowAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = WorkflowForm
    list_display = ("label", "key", "operation", "price", "enabled", "updated")
    list_filter = ("operation", "enabled")
    search_fields = ("key", "label")
    prepopulated_fields = {"key": ("label",)}
    readonly_fields = ("becomes",)
    save_as = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workflow]:
        """A list needs no graphs."""
        return super().get_queryset(request).defer("graph", "mapping", "limits")

    def save_model(self, request: HttpRequest, obj: Workflow, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        workflows.forget()

    def delete_model(self, request: HttpRequest, obj: Workflow) -> None:
        super().delete_model(request, obj)
        workflows.forget()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Workflow]) -> None:
        super().delete_queryset(request, queryset)
        workflows.forget()

    @admin.display(description="becomes")
    def becomes(self, workflow: Workflow) -> SafeString | str:
        """The offer as a person will meet it."""
        if not workflow.pk:
            return "Save it to see what it becomes."
        if wrong := workflows.problems(workflow):
            return format_html_join("", "<div>{}</div>", ((words,) for words in wrong))
        operation = catalogue.operations()[workflow.operation]
        params = workflows.offer_of(workflow).params(operation)
        rows = ((p.label, p.name, _values(p)) for p in params)
        return format_html_join("", "<div><b>{}</b> ({}): {}</div>", rows)


def _values(param: Param) -> str:
    """What may be said, and what is when nothing is."""
    if param.choices:
        values = ", ".join(map(str, param.choices))
    elif param.low is not None and param.high is not None:
        values = f"{param.low:g} to {param.high:g} {param.unit}".strip()
    else:
        values = param.kind
    default = "" if param.default is None else f"; {param.default} when not said"
    return f"{values}{', required' if param.required else ''}{default}"
