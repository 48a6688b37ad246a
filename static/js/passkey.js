// Says in words why a passkey did not work; the rest is done by allauth's own scripts.
const WHY = {
  NotAllowedError: "It was canceled, or there is no passkey for this studio on this device.",
  InvalidStateError: "This device has a passkey for you already.",
  SecurityError: "Passkeys need HTTPS, or this computer itself as localhost.",
};

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("passkey-error");
  const error = event.detail.exception;
  if (!place) return;
  place.textContent = WHY[error?.name] ?? `The passkey did not work: ${error?.message ?? error}`;
  place.hidden = false;
});
