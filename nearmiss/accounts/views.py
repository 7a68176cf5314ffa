"""The way into the desk, and what people do about their own account.

The pages are django-allauth's flows in our own dress. A page is open to nobody in particular, to
somebody who is enrolling by invitation, or to somebody who has signed in with a second factor;
`accounts.urls` says which.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.logout import logout as end_session
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.models import User
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from nearmiss.accounts import changes, factors
from nearmiss.accounts.forms import ChoosePasswordForm
from nearmiss.accounts.models import Action
from nearmiss.accounts.roles import roles_of
from nearmiss.ratelimit import is_limited

View = Callable[..., HttpResponse]

LOGIN_RATE = "20/h"  # tries of one client, at either step; a tired moderator needs five
STEPS = ("Password", "Second factor", "Recovery codes")


# Who may see a page


def for_anyone(view: View) -> View:
    """Guard a page against forged requests: there is no such middleware, see the settings."""
    return never_cache(csrf_protect(view))


def for_the_enrolled(view: View, *, or_enrolling: bool = False, confirmed: bool = False) -> View:
    """Open a page to those who have signed in with a second factor.

    or_enrolling: and to those who come by an invitation. confirmed: only if they have typed their
    password in the last quarter of an hour; they are asked for it first. (allauth would ask as
    well, but keep the whole request in the session meanwhile, headers and all.)
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        allowed = admin.site.has_permission(request) or (or_enrolling and _enrolling(request))
        if not allowed:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
        if confirmed and not factors.typed_password_lately(request):
            page = reverse("account_reauthenticate")
            return redirect(f"{page}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return for_anyone(guarded)


def limited(view: View) -> View:
    """Count what is posted by each client, and refuse when it is too much or cannot be counted."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and is_limited(
            request, group="login", rate=LOGIN_RATE, when_cache_is_down=True
        ):
            return render(request, "429.html", status=429)
        return view(request, *args, **kwargs)

    return counted


def owner(request: HttpRequest) -> User:
    """Return whose page it is, on a page that nobody else may see."""
    return cast(User, request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, be it empty; None where nothing was asked yet."""
    return request.POST if request.method == "POST" else None


def _enrolling(request: HttpRequest) -> bool:
    return request.user.is_authenticated and factors.ENROLLING in request.session


# In and out


class Login(LoginView):
    """Ask for name and password; the second step comes next, and nothing opens before it."""

    template_name = "accounts/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not admin.site.has_permission(request):
            if _enrolling(request):
                return redirect("accounts_enrol")
            logout(request)  # a session that opens nothing would only be sent round in circles
        return super().dispatch(request, *args, **kwargs)


class SecondFactor(AuthenticateView):
    """Ask for a passkey, a code of an app, or a recovery code."""

    template_name = "accounts/second_factor.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        types = set(
            Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True)
        )
        return super().get_context_data(**kwargs) | {
            "has_passkey": factors.Type.WEBAUTHN in types,
            "has_app": factors.Type.TOTP in types,
        }


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, or the half of one that waits for its second step."""
    end_session(request, show_message=False)
    messages.info(request, "You are signed out.")
    return redirect("account_login")


class ConfirmPassword(ReauthenticateView):
    """Ask again for the password, before factors are changed."""

    template_name = "accounts/confirm_password.html"


# By invitation


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person choose a password. Looking at the page uses nothing up."""
    found = changes.find(token)
    if found is None or not changes.is_open(found):
        page = {"expired": found if found and found.account.is_active else None}
        return render(request, "accounts/invitation_closed.html", page, status=410)
    account = found.account
    form = ChoosePasswordForm(posted(request), account=account)
    if form.is_valid():
        try:
            account = changes.choose_password(
                invitation=found, password=form.cleaned_data["password1"]
            )
        except changes.Refused:
            return render(request, "accounts/invitation_closed.html", status=410)
        logout(request)
        login(request, account)
        factors.remember_password(request, account)
        request.session[factors.ENROLLING] = str(found.pk)
        return redirect("accounts_enrol")
    return render(
        request,
        "accounts/invitation.html",
        {
            "form": form,
            "account": account,
            "roles": roles_of(account),
            "expires": found.expires,
            "steps": STEPS,
            "step": STEPS[0],
        },
    )


def enrol(request: HttpRequest) -> HttpResponse:
    """Offer the two kinds of second factor to somebody who has just chosen a password."""
    if admin.site.has_permission(request):
        return redirect("admin:index")
    return render(request, "accounts/enrol.html", {"steps": STEPS, "step": STEPS[1]})


class Enrolling:
    """What adding a passkey and adding an app have in common."""

    request: HttpRequest
    kind: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        if _enrolling(self.request):
            context |= {"steps": STEPS, "step": STEPS[1]}
        return context

    def form_valid(self, form: Form) -> HttpResponse:
        """Keep the factor and log it; the first of an account uses up its invitation."""
        account, session = owner(self.request), self.request.session
        by = session.get(factors.ENROLLING)
        try:
            with transaction.atomic():
                User.objects.select_for_update().get(pk=account.pk)
                response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
                if by:
                    changes.enrol(account=account, invitation_id=by)
                else:
                    changes.note_own(Action.FACTOR_ADDED, account)
        except changes.Refused:
            logout(self.request)
            return render(self.request, "accounts/invitation_closed.html", status=410)
        if by:
            factor = factors.real_factors(account).filter(type=self.kind).latest("pk")
            factors.remember_second_factor(self.request, factor)
            del session[factors.ENROLLING]
            session[factors.ENROLLED] = True
        messages.success(self.request, f"Your {self._name()} is set up.")
        return response

    def _name(self) -> str:
        return "passkey" if self.kind == factors.Type.WEBAUTHN else "authenticator app"


class AddPasskey(Enrolling, AddWebAuthnView):
    kind = factors.Type.WEBAUTHN
    template_name = "accounts/passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # allauth drops the form that was posted, and its errors with it.
        return super().get_context_data(**kwargs) | kwargs


class AddApp(Enrolling, ActivateTOTPView):
    kind = factors.Type.TOTP
    template_name = "accounts/app.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return (
            context
            | {
                "picture": mark_safe(context["totp_svg"]),  # noqa: S308 - drawn by our own adapter
                "secret": [secret[start : start + 4] for start in range(0, len(secret), 4)],
            }
        )


# One's own account


class OwnAccount(IndexView):
    """Show the factors of an account, and what can be done about them."""

    template_name = "accounts/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = list(Authenticator.objects.filter(user=self.request.user).order_by("pk"))
        real = [factor for factor in own if factor.type in factors.REAL]
        codes = next((f for f in own if f.type == factors.Type.RECOVERY_CODES), None)
        return {
            "roles": roles_of(owner(self.request)),
            "factors": [
                {
                    "pk": factor.pk,
                    "name": str(factor) if factor.type == factors.Type.WEBAUTHN else "",
                    "added": factor.created_at.date(),
                }
                for factor in real
            ],
            "has_app": any(factor.type == factors.Type.TOTP for factor in real),
            "removable": len(real) > 1,
            "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
            "codes": settings.MFA_RECOVERY_CODE_COUNT,
        }


def new_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password, which ends all other sessions of the account."""
    account = owner(request)
    form = ChoosePasswordForm(posted(request), account=account)
    if form.is_valid():
        account.set_password(form.cleaned_data["password1"])
        account.save(update_fields=["password"])
        update_session_auth_hash(request, account)
        messages.success(request, "Your password is changed.")
        return redirect("mfa_index")
    return render(request, "accounts/password.html", {"form": form})


class Removing:
    """What removing a passkey and removing an app have in common."""

    request: HttpRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        account = owner(request)
        with transaction.atomic():
            # One at a time: two factors removed at the same moment would leave none.
            User.objects.select_for_update().get(pk=account.pk)
            if factors.real_factors(account).count() < 2:
                messages.error(
                    request, "This is your only second factor, so it stays. Add another one first."
                )
                return redirect("mfa_index")
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
            if response.status_code == 302:
                changes.note_own(Action.FACTOR_REMOVED, account)
                messages.success(request, "The second factor is removed.")
        return response

    def get_success_url(self) -> str:
        return reverse("mfa_index")


class RemovePasskey(Removing, RemoveWebAuthnView):
    template_name = "accounts/remove.html"


class RemoveApp(Removing, DeactivateTOTPView):
    template_name = "accounts/remove.html"


class NewCodes(GenerateRecoveryCodesView):
    """Replace all recovery codes."""

    template_name = "accounts/new_codes.html"

    def form_valid(self, form: Form) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            changes.note_own(Action.CODES, owner(self.request))
        return response


class Codes(ViewRecoveryCodesView):
    """Show the recovery codes, once."""

    template_name = "accounts/codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.request.session.pop(factors.ENROLLED, None):
            context |= {"steps": STEPS, "step": STEPS[2]}
        return context
