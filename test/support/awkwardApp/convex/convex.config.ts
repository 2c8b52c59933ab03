import agent from "convex-agent/convex.config";
import { defineApp } from "convex/server";

const app = defineApp();
app.use(agent);

export default app;
