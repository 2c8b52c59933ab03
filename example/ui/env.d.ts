/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Address of the Convex backend, set by `npm start` or by a deployment's build. */
  readonly VITE_CONVEX_URL: string;
  /** Address of its HTTP actions. */
  readonly VITE_CONVEX_SITE_URL: string;
}
