import { defineApp } from "convex/server";
import box from "../box/convex.config.js";

const app = defineApp();
app.use(box);
app.use(box, { name: "secondBox" });
export default app;
