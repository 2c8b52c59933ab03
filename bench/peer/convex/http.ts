import { httpRouter } from "convex/server";
import { respond } from "./replies";

const http = httpRouter();
http.route({ path: "/respond", method: "POST", handler: respond });

export default http;
