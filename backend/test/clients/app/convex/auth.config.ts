import type { AuthConfig } from "convex/server";

export default {
  providers: [{ type: "customJwt", issuer: "https://issuer.test", jwks: process.env.TEST_JWKS ?? "data:application/json,{}", algorithm: "ES256", applicationID: "app" }],
} satisfies AuthConfig;
