"""The addresses of accounts, under /desk/ and before the admin's own.

The names that begin with account_ and mfa_ are those by which django-allauth finds its way. Those
of its pages that are not named here do not exist: sign-up, e-mail, forgotten passwords.
"""

from django.urls import path

from nearmiss.accounts import views
from nearmiss.accounts.views import for_anyone, for_the_enrolled, limited


def confirmed(view: views.View, *, or_enrolling: bool = False) -> views.View:
    return for_the_enrolled(view, or_enrolling=or_enrolling, confirmed=True)


urlpatterns = [
    path("login/", for_anyone(limited(views.Login.as_view())), name="account_login"),
    path(
        "login/second/",
        for_anyone(limited(views.SecondFactor.as_view())),
        name="mfa_authenticate",
    ),
    path("logout/", for_anyone(views.sign_out), name="account_logout"),
    path("invitation/<str:token>/", for_anyone(views.invitation), name="accounts_invitation"),
    path("enrol/", for_the_enrolled(views.enrol, or_enrolling=True), name="accounts_enrol"),
    path("account/", for_the_enrolled(views.OwnAccount.as_view()), name="mfa_index"),
    path(
        "account/password/",
        for_the_enrolled(views.ConfirmPassword.as_view(), or_enrolling=True),
        name="account_reauthenticate",
    ),
    path(
        "account/password/new/",
        confirmed(views.new_password),
        name="account_change_password",
    ),
    path(
        "account/passkey/",
        confirmed(views.AddPasskey.as_view(), or_enrolling=True),
        name="mfa_add_webauthn",
    ),
    path(
        "account/passkey/<int:pk>/remove/",
        confirmed(views.RemovePasskey.as_view()),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/app/",
        confirmed(views.AddApp.as_view(), or_enrolling=True),
        name="mfa_activate_totp",
    ),
    path("account/app/remove/", confirmed(views.RemoveApp.as_view()), name="mfa_deactivate_totp"),
    path("account/codes/", confirmed(views.Codes.as_view()), name="mfa_view_recovery_codes"),
    path(
        "account/codes/new/",
        confirmed(views.NewCodes.as_view()),
        name="mfa_generate_recovery_codes",
    ),
]
