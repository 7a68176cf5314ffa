"""The administrators' pages: accounts, their roles and second factors, and the log of accounts.

An administrator sees whether somebody has a second factor, and never a secret. Nobody sees or
sets the password of somebody else.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from nearmiss.accounts import changes, factors
from nearmiss.accounts.forms import InviteForm, RolesForm
from nearmiss.accounts.models import Account, Change
from nearmiss.accounts.roles import MANAGE, ROLES, roles_of
from nearmiss.accounts.views import posted
from nearmiss.log_admin import LogAdmin

# The stock pages would show keys, set passwords and grant single permissions, and log none of it.
for model in (User, Group, Authenticator, EmailAddress):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

LIST = "admin:accounts_account_changelist"
PAGE = "admin:accounts_account_change"

DONE = {
    "roles": "The roles are saved.",
    "deactivate": "The account is deactivated, and signed out everywhere.",
    "reactivate": "The account is active again.",
}


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):
    """Who may come in, as what, and whether they are set up. changes.py does what is done here.

    It is for those who manage accounts; nothing is deleted here.
    """

    actions = None
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_display = ("username", "role_labels", "state", "second_factor")
    list_per_page = 100
    sortable_by = ()
    change_list_template = "admin/accounts/account/list.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MANAGE)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MANAGE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MANAGE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MANAGE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        accounts: QuerySet[Account] = super().get_queryset(request)
        return (
            accounts.annotate(
                passkeys=Count(
                    "authenticator", Q(authenticator__type=factors.Type.WEBAUTHN), distinct=True
                ),
                apps=Count(
                    "authenticator", Q(authenticator__type=factors.Type.TOTP), distinct=True
                ),
                invited_until=F("invitation__expires"),
            )
            .prefetch_related("groups")
            .order_by("username")
        )

    @admin.display(description="Roles")
    def role_labels(self, account: Account) -> str:
        return ", ".join(role.label for role in roles_of(account)) or "None"

    @admin.display(description="State")
    def state(self, account: Any) -> str:
        if not account.is_active:
            return "Deactivated"
        if account.passkeys or account.apps:
            return "Active"
        if account.invited_until is None:
            return "Needs an invitation"
        if account.invited_until <= timezone.now():
            return "Invitation expired"
        return f"Invited until {account.invited_until:%Y-%m-%d}"

    @admin.display(description="Second factor")
    def second_factor(self, account: Any) -> str:
        has = []
        if account.passkeys:
            has.append("passkey" if account.passkeys == 1 else f"{account.passkeys} passkeys")
        if account.apps:
            has.append("authenticator app")
        return " and ".join(has).capitalize() or "None"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"title": "Accounts", **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        # The stock history page would show the admin's own log, which knows nothing of accounts.
        history = path("<path:object_id>/history/", self.admin_site.admin_view(self.history_view))
        return [history, *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse(PAGE, args=[object_id]) + "#log")

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask whom to invite, and show the link that invites them."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form, trouble = InviteForm(posted(request)), None
        if form.is_valid():
            try:
                account, token = changes.invite(
                    username=form.cleaned_data["username"],
                    roles=form.cleaned_data["roles"],
                    actor=request.user,  # type: ignore[arg-type]
                )
            except changes.Refused as refused:
                trouble = refused
            else:
                return self._show_link(request, account, token)
        return self._render(
            request,
            "invite",
            {"title": "Invite somebody", "form": form, "roles": ROLES.values(), "trouble": trouble},
            status=trouble.status if trouble else 400 if form.errors else 200,
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an account, or do what a button of its page asks for."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        account = self.get_object(request, object_id)
        if account is None:
            raise Http404("There is no such account.")
        if request.method != "POST":
            return self._page(request, account)
        actor: Any = request.user
        do = request.POST.get("do", "")
        try:
            if do == "invite_again":
                token = changes.invite_again(account=account, actor=actor)
                return self._show_link(request, account, token)
            if do == "reset":
                token = changes.reset(account=account, actor=actor)
                return self._show_link(request, account, token)
            if do == "roles":
                form = RolesForm(request.POST)
                if not form.is_valid():
                    return self._page(request, account, form=form, status=400)
                seen = form.cleaned_data["seen"]
                changes.set_roles(
                    account=account,
                    roles=form.cleaned_data["roles"],
                    seen=filter(None, seen.split(",")),
                    actor=actor,
                )
            elif do == "deactivate":
                changes.deactivate(account=account, actor=actor)
            elif do == "reactivate":
                changes.reactivate(account=account, actor=actor)
            else:
                raise changes.Refused(
                    "The desk does not know that button. Nothing was changed.", status=400
                )
        except changes.Refused as refused:
            fresh = self.get_object(request, object_id)
            return self._page(request, fresh, trouble=refused.message, status=refused.status)
        messages.success(request, DONE[do])
        return HttpResponseRedirect(reverse(PAGE, args=[account.pk]))

    def _page(
        self,
        request: HttpRequest,
        account: Any,
        *,
        form: RolesForm | None = None,
        trouble: str = "",
        status: int = 200,
    ) -> HttpResponse:
        names = [role.name for role in roles_of(account)]
        return self._render(
            request,
            "account",
            {
                "title": account.username,
                "account": account,
                "state": self.state(account),
                "second_factor": self.second_factor(account),
                "enrolled": bool(account.passkeys or account.apps),
                "form": form or RolesForm(initial={"roles": names, "seen": ",".join(names)}),
                "roles": ROLES.values(),
                "trouble": trouble,
                "log": Change.objects.filter(account=account).select_related("actor", "account"),
            },
            status=status,
        )

    def _show_link(self, request: HttpRequest, account: User, token: str) -> HttpResponse:
        link = request.build_absolute_uri(reverse("accounts_invitation", args=[token]))
        title = f"Invitation for {account}"
        return self._render(request, "link", {"title": title, "account": account, "link": link})

    def _render(
        self, request: HttpRequest, page: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        return render(
            request,
            f"admin/accounts/account/{page}.html",
            self.admin_site.each_context(request) | {"opts": self.opts} | context,
            status=status,
        )


@admin.register(Change)
class ChangeAdmin(LogAdmin):
    """Who changed what of which account, when."""

    log_title = "Log of accounts"
    view_permission = MANAGE
    export_permission = MANAGE
    columns = {
        "at": "when (UTC)",
        "who": "who",
        "action": "did",
        "account": "account",
        "roles": "roles afterwards",
    }

    list_display = ("when", "who", "action", "whose", "roles")
    list_filter = ("action",)
    list_select_related = ("actor", "account")

    def row(self, entry: Change) -> dict[str, Any]:
        return {
            "at": f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
            "who": self.who(entry),
            "action": entry.action,
            "account": str(entry.account),
            "roles": entry.roles,
        }

    @admin.display(description="When (UTC)")
    def when(self, change: Change) -> str:
        return f"{change.at:%Y-%m-%d %H:%M}"

    @admin.display(description="Who")
    def who(self, change: Change) -> str:
        return str(change.actor or "A command on the server")

    @admin.display(description="Account")
    def whose(self, change: Change) -> str:
        page = reverse(PAGE, args=[change.account_id])
        return format_html('<a href="{}">{}</a>', page, change.account)
