"""The page of the desk on which moderators say where their digest goes, or that they want none."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from reports import review


class AddressForm(forms.Form):
    """email: where the digest goes; empty for none."""

    email = forms.EmailField(
        required=False,
        max_length=254,
        label="Your e-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "This is no e-mail address. It looks like name@example.org."},
    )


def page(request: HttpRequest) -> HttpResponse:
    """Show the form, or keep what it says."""
    user = cast(User, request.user)
    if not user.has_perm(review.PERMISSION):
        raise PermissionDenied
    typed: Any = request.POST if request.method == "POST" else None
    form = AddressForm(typed, initial={"email": user.email}, use_required_attribute=False)
    if form.is_valid():
        email = form.cleaned_data["email"]
        User.objects.filter(pk=user.pk).update(email=email)
        messages.success(
            request, "The digest goes to your address." if email else "You get no digest."
        )
        return HttpResponseRedirect(reverse("digest"))
    context = {**admin.site.each_context(request), "title": "Mail", "form": form}
    return render(request, "admin/digest.html", context, status=400 if form.is_bound else 200)
