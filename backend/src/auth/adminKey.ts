import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** `prod:`, `dev:` and `preview:` before the name say what kind of deployment a key is for; here there is one. */
const KIND = /^(?:prod|dev|preview):/;

/** Whether `given` is the deployment's key. Takes the same time however much of it is right. */
export function isAdminKey(given: string, adminKey: string): boolean {
  return timingSafeEqual(digest(given.replace(KIND, "")), digest(adminKey));
}
