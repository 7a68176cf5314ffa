/* Passkeys: says in words what went wrong, where allauth's scripts would only tell the console. */
"use strict";

(() => {
  const trouble = document.getElementById("passkey-trouble");
  const button = document.getElementById("passkey");

  const say = (words) => {
    trouble.textContent = words;
    trouble.hidden = false;
  };

  if (!window.PublicKeyCredential) {
    button.disabled = true;
    say(
      window.isSecureContext
        ? "This browser has no passkeys. Use another browser, or a code."
        : "Passkeys work over https only, or at the address localhost. Use a code here.",
    );
  }

  button.addEventListener("click", () => {
    trouble.hidden = true;
  });

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const { name } = event.detail.exception;
    if (name === "InvalidStateError") {
      say("This device holds a passkey for your account already. Use another device.");
    } else if (name === "SecurityError") {
      say("The browser does not make passkeys for this address. Ask an administrator.");
    } else {
      say("Nothing came of it: the request was cancelled or took too long. Try again.");
    }
  });

  // Enter in the name's box means the button, not a form without a passkey.
  button.form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.click();
  });
})();
