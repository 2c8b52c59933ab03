const STORAGE_KEY = "viewerKey";

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function loadKey(): string {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored !== null) return stored;
  const key = randomKey();
  localStorage.setItem(STORAGE_KEY, key);
  return key;
}

/**
 * Who this browser is: a random secret that stays here and goes along with every call (see convex/access.ts). There is
 * no sign-in in the demo.
 */
export const viewerKey = loadKey();
