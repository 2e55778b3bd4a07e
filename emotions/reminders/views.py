"""The pages of reminders, and the page that stops them without signing in."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import person_of, zone_of
from accounts.services import save_time_zone
from emotions.models import Reminder
from emotions.reminders import selectors, web_push
from emotions.reminders.errors import PushNotOfferedError, TooManyRemindersError
from emotions.reminders.forms import ReminderForm
from emotions.reminders.services import (
    MAX_REMINDERS,
    add_reminder,
    change_reminder,
    remove_reminder,
    stop_reminders,
)
from emotions.reminders.unsubscribe import parse_unsubscribe_token


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    """List the person's reminders, and add one."""
    person = person_of(request)
    form = ReminderForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        # The hour is meant by the clock that the person sees, so their zone is updated first.
        save_time_zone(person=person, name=zone_of(request, person))
        try:
            add_reminder(owner=person, **form.changes())
        except (PushNotOfferedError, TooManyRemindersError) as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Reminder added."))
            return redirect("emotions:reminders")
    existing = selectors.reminders(owner=person)
    context = {
        "form": form,
        "reminders": existing,
        "subscriptions": selectors.push_subscriptions(owner=person),
        "zone": person.time_zone if existing else zone_of(request, person),
        "push_key": web_push.public_key(),
    }
    return render(request, "emotions/reminders.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reminder_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change one reminder."""
    reminder = own_reminder(request, number)
    form = ReminderForm(request.POST) if request.method == "POST" else ReminderForm.of(reminder)
    if form.is_valid():
        try:
            change_reminder(reminder=reminder, changes=form.changes())
        except PushNotOfferedError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("emotions:reminders")
    context = {"form": form, "reminder": reminder, "push_key": web_push.public_key()}
    return render(request, "emotions/reminder.html", context, status=status_of(form))


@login_required
@require_POST
def reminder_remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove one reminder."""
    remove_reminder(reminder=own_reminder(request, number))
    messages.success(request, _("Reminder removed."))
    return redirect("emotions:reminders")


# Mail programs and service workers post here without a cookie; the signed link authenticates them.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, sealed: str) -> HttpResponse:
    """Ask for confirmation, then stop the reminders of the person whom the link was sent to."""
    parsed = parse_unsubscribe_token(sealed)
    if parsed is None:
        raise Http404
    owner, way = parsed
    if request.method == "POST":
        stop_reminders(owner=owner, way=way)
    context = {"way": way, "stopped": request.method == "POST"}
    return render(request, "emotions/reminders_stop.html", context)


def own_reminder(request: HttpRequest, number: int) -> Reminder:
    """Return the person's reminder; somebody else's gives 404, like one that does not exist."""
    return get_object_or_404(selectors.reminders(owner=person_of(request)), pk=number)


def add_refusal(form: ReminderForm, error: Exception) -> None:
    """Show on the form why a service refused."""
    if isinstance(error, PushNotOfferedError):
        form.add_error("way", _("This site doesn't send notifications. Choose email."))
    else:
        refusal = _("You've reached the maximum of %(most)d reminders.")
        form.add_error(None, refusal % {"most": MAX_REMINDERS})


def status_of(form: ReminderForm) -> HTTPStatus:
    """Return 422 for a page whose form has errors."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
