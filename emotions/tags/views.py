"""The pages on which a person keeps their tags in order."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import person_of
from emotions.captures.errors import StaleError
from emotions.models import Tag
from emotions.tags import selectors, services
from emotions.tags.errors import SameTagError, TagExistsError
from emotions.tags.forms import TagForm, TagSearch, VersionForm

PAGE_SIZE = 50


def own_tag(request: HttpRequest, number: int) -> Tag:
    """Return the signed-in person's tag, or raise `Http404`, also for somebody else's."""
    return get_object_or_404(selectors.own_tags(owner=person_of(request)), pk=number)


@login_required
@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """List the person's tags, a page at a time, and find some by name."""
    form = TagSearch(request.GET)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    found = selectors.find_used_tags(owner=person_of(request), words=words)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "page_query": urlencode({"words": words}) if words else "",
        "words": words,
    }
    return render(request, "emotions/tags.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tag_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Rename a tag, or give it a colour and a sign."""
    tag = own_tag(request, number)
    form = TagForm(request.POST if request.method == "POST" else None, tag=tag)
    status, existing = HTTPStatus.OK, None
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                services.edit_tag(
                    tag=tag, changes=form.changes(), expected=form.cleaned_data["version"]
                )
            except TagExistsError as error:
                existing = error.existing
            except StaleError:
                return changed_meanwhile(request, tag)
            else:
                messages.success(request, _("Saved."))
                return redirect("emotions:tags")
    context = {"form": form, "tag": tag, "uses": selectors.count_uses(tag=tag)}
    if existing:
        context |= {"existing": existing, "existing_uses": selectors.count_uses(tag=existing)}
    return render(request, "emotions/tag.html", context, status=status)


@login_required
@require_POST
def tag_merge(request: HttpRequest, number: int, into: int) -> HttpResponse:
    """Put two tags together, once the page before has said so."""
    tag, kept = own_tag(request, number), own_tag(request, into)
    form = VersionForm(request.POST)
    try:
        if not form.is_valid():
            raise StaleError
        services.merge_tags(tag=tag, into=kept, expected=form.cleaned_data["version"])
    except (SameTagError, StaleError):
        return changed_meanwhile(request, tag)
    messages.success(
        request, _("“%(tag)s” merged into “%(kept)s”.") % {"tag": tag.name, "kept": kept.name}
    )
    return redirect("emotions:tags")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tag_delete(request: HttpRequest, number: int) -> HttpResponse:
    """Take a tag off every moment, after asking."""
    tag = own_tag(request, number)
    if request.method == "POST":
        form = VersionForm(request.POST)
        try:
            if not form.is_valid():
                raise StaleError
            services.delete_tag(tag=tag, expected=form.cleaned_data["version"])
        except StaleError:
            return changed_meanwhile(request, tag)
        messages.success(request, _("“%(tag)s” deleted.") % {"tag": tag.name})
        return redirect("emotions:tags")
    context = {"tag": tag, "uses": selectors.count_uses(tag=tag)}
    return render(request, "emotions/tag_delete.html", context)


def changed_meanwhile(request: HttpRequest, tag: Tag) -> HttpResponse:
    """Lead back to a tag that was changed elsewhere after its page was opened."""
    messages.warning(
        request,
        _("This tag was changed in another window, so nothing was saved. Have a look at it first."),
    )
    exists = selectors.own_tags(owner=person_of(request)).filter(pk=tag.pk).exists()
    return redirect("emotions:tag_edit", tag.pk) if exists else redirect("emotions:tags")
