/**
 * Makes passkeys and signs in with them (WebAuthn). What offers them is hidden until this finds that
 * the browser knows them and that the site has a name: browsers make none for a bare IP address.
 */

const isAddress = /^[\d.]+$|^\[/.test(location.hostname);
const possible = "PublicKeyCredential" in window && !isAddress;

function decode(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function encode(buffer) {
  const text = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const withBytes = (credentials = []) =>
  credentials.map((credential) => ({ ...credential, id: decode(credential.id) }));

/** Makes a passkey that asks for a finger, a face or a PIN, and that needs no address to sign in. */
function create({ publicKey }) {
  const authenticatorSelection = {
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  };
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      authenticatorSelection,
      challenge: decode(publicKey.challenge),
      user: { ...publicKey.user, id: decode(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
    },
  });
}

function get({ publicKey }) {
  return navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: decode(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials),
    },
  });
}

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function asJson({ id, rawId, type, response }) {
  const parts = PARTS.filter((part) => response[part]);
  return JSON.stringify({
    id,
    type,
    rawId: encode(rawId),
    response: Object.fromEntries(parts.map((part) => [part, encode(response[part])])),
  });
}

/** Returns what the site asks of the browser: it stands in the page, or at an address. */
async function challenge(form) {
  if (!form.dataset.passkeyChallenge) {
    return JSON.parse(document.getElementById("passkey-challenge").textContent);
  }
  const response = await fetch(form.dataset.passkeyChallenge, {
    headers: { Accept: "application/json" },
  });
  if (!response.ok) throw new Error(`The site answered ${response.status}`);
  return response.json();
}

async function answer(form) {
  const button = form.querySelector("[type=submit]");
  const failed = form.querySelector("[data-passkey-failed]");
  button.disabled = true;
  failed.hidden = true;
  try {
    const { creation_options: creation, request_options: request } = await challenge(form);
    const credential = await (creation ? create(creation) : get(request));
    form.elements.namedItem("credential").value = asJson(credential);
    form.submit();
  } catch {
    failed.hidden = false;
    button.disabled = false;
  }
}

for (const offer of document.querySelectorAll("[data-passkey]")) offer.hidden = !possible;
for (const text of document.querySelectorAll("[data-passkey-impossible]")) text.hidden = possible;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form);
  });
}
