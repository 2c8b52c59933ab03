import { corsRouter } from "convex-helpers/server/cors";
import { httpActionGeneric, httpRouter } from "convex/server";

const http = httpRouter();
corsRouter(http, { allowedOrigins: ["https://page.test"] }).route({ path: "/hello", method: "GET", handler: httpActionGeneric(async () => new Response("hello")) });
export default http;
