import type { Plugin } from "vite";

/*
 * What the page shows is untrusted. Even if something of it came to be run or asked for, it could not be: scripts are the
 * page's own, pictures are in the message itself, and there are no frames. Only the deployment is not known here, so the
 * page may ask any; a message cannot.
 */
const POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:", "font-src 'self'",
  "connect-src http: https: ws: wss:", "base-uri 'none'", "form-action 'none'",
].join("; ");

/** Puts a content security policy into the built page, so that it holds on any static host. */
export function contentPolicy(): Plugin {
  return {
    name: "content-policy",
    apply: "build",
    transformIndexHtml: () => [{ tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" }],
  };
}
