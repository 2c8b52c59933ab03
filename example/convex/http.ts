import { httpRouter } from "convex/server";
import { answer, preflight } from "./httpStream/answer";

const http = httpRouter();

http.route({ path: "/http-stream/answer", method: "POST", handler: answer });
http.route({ path: "/http-stream/answer", method: "OPTIONS", handler: preflight });

export default http;
