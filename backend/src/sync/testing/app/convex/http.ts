import { httpActionGeneric, httpRouter, makeFunctionReference } from "convex/server";

const whoami = makeFunctionReference<"query", Record<string, never>, { subject: string } | null>("messages:whoami");
const whoWrites = makeFunctionReference<"mutation", Record<string, never>, { subject: string } | null>("messages:whoWrites");

const http = httpRouter();
http.route({ path: "/plain", method: "GET", handler: httpActionGeneric(async (_ctx, request) => Response.json(request.headers.get("authorization"))) });
http.route({ path: "/who", method: "GET", handler: httpActionGeneric(async (ctx) => Response.json(await ctx.auth.getUserIdentity())) });
http.route({ path: "/query", method: "GET", handler: httpActionGeneric(async (ctx) => Response.json(await ctx.runQuery(whoami, {}))) });
http.route({ path: "/mutation", method: "GET", handler: httpActionGeneric(async (ctx) => Response.json(await ctx.runMutation(whoWrites, {}))) });

export default http;
